import { NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useWords } from '../../messages/use-words.ts';
import { templatesApi } from '../signature/templates-api.ts';
import styles from './campaign-page.module.css';
import type { PartProps } from './edit-campaign.tsx';
import type { CampaignForm } from './to-campaign-change.ts';

interface Props extends PartProps {
  readonly errors: Readonly<Record<string, string>>;
  readonly isAdmin: boolean;
}

/** What a signature shows of the campaign while it runs: a banner, or another template. */
export function EditBanner({ form, set, errors, isAdmin }: Props) {
  const words = useWords('campaign');
  const templates = useQuery({ queryKey: ['templates'], queryFn: templatesApi.list, enabled: isAdmin });
  const field = (name: keyof CampaignForm['banner']) => ({
    value: form.banner[name],
    error: errors[`banner.${name}`],
    onChange: (event: { currentTarget: { value: string } }) =>
      set({ banner: { ...form.banner, [name]: event.currentTarget.value } }),
  });
  const chosen = templates.data?.data ?? [];
  return (
    <>
      <fieldset className={styles.group}>
        <legend>{words('banner')}</legend>
        <TextInput label={words('bannerImage')} description={words('bannerImageHint')} {...field('imageUrl')} />
        {form.banner.imageUrl === '' ? null : (
          <>
            <TextInput label={words('bannerAlt')} description={words('bannerAltHint')} {...field('alt')} />
            <TextInput label={words('bannerLink')} placeholder="https://" {...field('linkUrl')} />
            <TextInput inputMode="numeric" label={words('bannerWidth')} {...field('width')} />
            <TextInput inputMode="numeric" label={words('bannerHeight')} {...field('height')} />
          </>
        )}
      </fieldset>
      {chosen.length > 0 ? (
        <NativeSelect
          label={words('template')}
          value={form.templateId}
          error={errors.templateId}
          data={[
            { value: '', label: words('templateOwn') },
            ...chosen.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={(event) => set({ templateId: event.currentTarget.value })}
        />
      ) : null}
    </>
  );
}
