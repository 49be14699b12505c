// Whether the installation is well, as the live link says: everybody learns that something is wrong,
// those who run it also what.

import { signal } from '@preact/signals'
import type { SystemSummary } from '../wire/types'

/** null: not told yet. */
export const systemSummary = signal<SystemSummary | null>(null)

export function heardSystem(summary: SystemSummary): void {
  systemSummary.value = summary
}
