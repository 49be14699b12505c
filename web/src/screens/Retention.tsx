// What is kept, what for, and when it goes.

import { readRetention } from '../wire/admin'
import { Screen, Show, useFetched } from '../panels/Screen'
import { Table, type Column } from './Table'
import { plain } from './words'
import type { RetentionRow } from '../wire/types'

const COLUMNS: Column<RetentionRow>[] = [
  { name: 'Kind', cell: (r) => <b>{plain(r.kind)}</b> },
  { name: 'What it is', cell: (r) => r.what },
  { name: 'What for', cell: (r) => r.purpose },
  { name: 'Kept', cell: (r) => (r.days === null ? 'for as long as' : `${r.days} days`) },
  { name: 'Until', cell: (r) => r.until },
]

export function Retention() {
  const rows = useFetched(readRetention)
  return (
    <Screen title="Retention" hint="Deleted by the station itself, every day. Changed in its settings, not here.">
      <Show of={rows} what="the retention rules">
        {(list) => <Table caption="What is kept" columns={COLUMNS} rows={list} rowKey={(r) => r.kind} />}
      </Show>
    </Screen>
  )
}
