-- Since when a member has had a pixel is asked for every member of a batch (process/). By organization alone each answer
-- looked through all pixels of the organization.
create index signature_user_tracking_member_idx on signature_user_tracking (organization_id, user_id, created_at);
drop index signature_user_tracking_organization_idx;
