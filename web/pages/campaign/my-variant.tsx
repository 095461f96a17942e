import '@mantine/core/styles/Radio.css';
import { Radio } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Campaign } from '../../../src/contract/campaign.ts';
import { useWords } from '../../messages/use-words.ts';
import panel from '../../ui/panel.module.css';
import { campaignsApi } from '../campaigns/campaigns-api.ts';
import styles from './campaign-page.module.css';

/** Which subject line my signature carries: one, never two. */
export function MyVariant({ campaign }: { readonly campaign: Campaign }) {
  const words = useWords('campaign');
  const client = useQueryClient();
  const key = ['my-variant', campaign.id];
  const carried = useQuery({ queryKey: key, queryFn: () => campaignsApi.myVariant(campaign.id), retry: false });
  const pick = useMutation({
    mutationFn: (variantId: string) => campaignsApi.pickVariant(campaign.id, variantId),
    onSuccess: (picked) => {
      client.setQueryData(key, picked);
      void client.invalidateQueries({ queryKey: ['signature'] });
    },
  });
  if (!carried.data || carried.data.variantId === null) return null;
  return (
    <section className={`${panel.panel} ${styles.pixel}`} aria-labelledby="variant-title">
      <h2 id="variant-title" className={panel.heading}>
        {words('variantTitle')}
      </h2>
      <Radio.Group
        aria-labelledby="variant-title"
        value={pick.isPending ? pick.variables : carried.data.variantId}
        onChange={(variantId) => pick.mutate(variantId)}
      >
        <div className={styles.variants}>
          {campaign.variants.map(({ id, label }) => (
            <Radio key={id} value={id} label={label} />
          ))}
        </div>
      </Radio.Group>
      <p className={panel.small}>{words('variantWords')}</p>
      <p role="alert" className={styles.failure}>
        {pick.error ? words('variantFailed', { reason: pick.error.message }) : ''}
      </p>
    </section>
  );
}
