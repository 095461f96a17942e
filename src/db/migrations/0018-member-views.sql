-- Whether a look at a member's figures stands in the audit log already is asked with every such look.
create index audit_log_views_idx on audit_log (organization_id, subject_id, at) where action = 'member.viewed';
