import { useQuery } from '@tanstack/react-query';
import { useWords } from '../../messages/use-words.ts';
import { toMinuteWords } from '../../ui/to-minute-words.ts';
import section from './section.module.css';
import { settingsApi } from './settings-api.ts';

/** What of the plan an admin should know: seats, what is over it, and accounts that look shared. Else nothing. */
export function SeatNotes() {
  const words = useWords('settings');
  const plan = useQuery({ queryKey: ['plan'], queryFn: settingsApi.plan });
  const sharing = useQuery({ queryKey: ['sharing'], queryFn: settingsApi.sharing });
  const seats = plan.data?.seats;
  const notes = [
    ...(seats && seats.limit !== null
      ? [words('seats', { active: `${seats.active}`, limit: `${seats.limit}`, pending: `${seats.pending}` })]
      : []),
    ...(plan.data?.notices ?? []),
    ...(sharing.data?.data ?? []).map(({ name, networks, lastAt }) =>
      words('sharing', { name, networks: `${networks}`, when: toMinuteWords(lastAt) }),
    ),
  ];
  if (notes.length === 0) return null;
  return (
    <ul className={section.notes}>
      {notes.map((note) => (
        <li key={note} dir="auto">
          {note}
        </li>
      ))}
    </ul>
  );
}
