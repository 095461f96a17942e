/** The demo's cast: 12 members in 4 departments. The first is the owner, the second the rep whose page is shown. */
export const DEMO_ORGANIZATION = {
  name: 'Northwind Trading',
  slug: 'northwind-demo',
  timezone: 'Europe/Berlin',
} as const;

export const DEMO_DEPARTMENTS = ['Sales', 'Support', 'Marketing', 'Engineering'] as const;

export interface DemoMember {
  readonly name: string;
  readonly email: string;
  readonly role: 'owner' | 'admin' | 'member';
  readonly title: string;
  readonly department: (typeof DEMO_DEPARTMENTS)[number];
  readonly phone: string;
  /** Reader opens on an average working day, before noise of machines is added. */
  readonly opensPerWorkday: number;
}

type Row = readonly [name: string, department: DemoMember['department'], title: string, opensPerWorkday: number];

const ROWS: readonly Row[] = [
  ['Sarah Chen', 'Sales', 'Head of Sales', 12],
  ['Tom Wilson', 'Sales', 'Account Executive', 9],
  ['Priya Nair', 'Sales', 'Account Executive', 10],
  ['Jonas Weber', 'Sales', 'Sales Development', 7],
  ['Mike Johnson', 'Support', 'Support Lead', 11],
  ['Amy Lee', 'Support', 'Support Engineer', 8],
  ['Diego Ramos', 'Support', 'Support Engineer', 6],
  ['Lisa Park', 'Marketing', 'Marketing Manager', 9],
  ['Chloe Martin', 'Marketing', 'Content Writer', 4],
  ['Ben Carter', 'Marketing', 'Events', 3],
  ['Noah Fischer', 'Engineering', 'Solutions Engineer', 3],
  ['Aisha Khan', 'Engineering', 'Developer', 2],
];

const ROLES: Readonly<Record<string, DemoMember['role']>> = { 'Sarah Chen': 'owner', 'Mike Johnson': 'admin' };

export const DEMO_MEMBERS: readonly DemoMember[] = ROWS.map(([name, department, title, opensPerWorkday], index) => ({
  name,
  email: `${name.toLowerCase().replace(' ', '.')}@northwind.example`,
  role: ROLES[name] ?? 'member',
  title,
  department,
  phone: `+49 30 5550 0${index + 10}`,
  opensPerWorkday,
}));

export const DEMO_OWNER_EMAIL = 'sarah.chen@northwind.example';
export const DEMO_REP_EMAIL = 'tom.wilson@northwind.example';
