import { describeSpool } from '../spool.conformance.ts';
import { createMemorySpool } from './memory-spool.ts';

describeSpool({ name: 'memory', open: async (options) => createMemorySpool(options) });
