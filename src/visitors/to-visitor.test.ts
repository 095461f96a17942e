import { expect, test } from 'vitest';
import type { OrganizationId } from '../domain/ids.ts';
import { toVisitor } from './to-visitor.ts';

const ACME = '7b0f2a54-1c4e-4a7e-9a55-0d8f5f0f3a01' as OrganizationId;
const GLOBEX = '7b0f2a54-1c4e-4a7e-9a55-0d8f5f0f3a02' as OrganizationId;
const ADDRESS = Buffer.alloc(16, 7);

test('a visitor is the same for the same organization, address hash and agent, and 16 bytes long', () => {
  expect(toVisitor(ACME, ADDRESS, 'Thunderbird')).toEqual(toVisitor(ACME, Uint8Array.from(ADDRESS), 'Thunderbird'));
  expect(toVisitor(ACME, ADDRESS, 'Thunderbird')).toMatch(/^[0-9a-f]{32}$/);
});

test('a visitor is another one in another organization, at another address, with another agent', () => {
  const visitors = [
    toVisitor(ACME, ADDRESS, 'Thunderbird'),
    toVisitor(GLOBEX, ADDRESS, 'Thunderbird'),
    toVisitor(ACME, Buffer.alloc(16, 8), 'Thunderbird'),
    toVisitor(ACME, ADDRESS, 'Outlook'),
  ];
  expect(new Set(visitors).size).toBe(4);
});
