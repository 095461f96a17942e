import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Signature } from '../../../src/contract/signature.ts';
import { request } from '../../api.ts';
import { useWords } from '../../messages/use-words.ts';
import { Confirm } from '../../ui/confirm.tsx';
import styles from './rotate-pixel.module.css';

/** A new pixel for whoever gave theirs away; the old one answers on. */
export function RotatePixel() {
  const words = useWords('signature');
  const client = useQueryClient();
  const [isAsked, setAsked] = useState(false);
  const rotate = useMutation({
    mutationFn: () => request<Signature>('POST', '/api/signatures/me/rotate', {}),
    onSuccess: (signature) => client.setQueryData(['signature'], signature),
  });
  return (
    <div className={styles.rotate}>
      <Button variant="subtle" size="compact-sm" loading={rotate.isPending} onClick={() => setAsked(true)}>
        {words('rotate')}
      </Button>
      <p role="status" className={styles.outcome}>
        {rotate.isSuccess ? words('rotated') : ''}
      </p>
      <p role="alert" className={styles.failure}>
        {rotate.error ? words('rotateFailed', { reason: rotate.error.message }) : ''}
      </p>
      <Confirm
        asked={isAsked ? { title: words('rotate'), words: words('rotateWords'), doLabel: words('rotateTitle') } : null}
        onDo={() => rotate.mutate()}
        onClose={() => setAsked(false)}
      />
    </div>
  );
}
