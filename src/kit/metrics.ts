import { Registry } from 'prom-client';

/** The process's one registry: each folder makes its own metrics on it, named `mailtracker_<folder>_<what>_<unit>`. */
export function createMetrics(): Registry {
  return new Registry();
}

export type Metrics = Registry;
