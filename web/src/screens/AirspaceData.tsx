// What flights are checked against: imported datasets, NOTAMs, and zones of one's own.

import { Layers, TriangleAlert } from 'lucide'
import { go } from '../live/place'
import { secondTick, stationNow } from '../live/time'
import { airspaceVersion, zones } from '../live/zones'
import { Screen, Show, useFetched } from '../panels/Screen'
import { CopyButton } from '../ui/Copy'
import { Icon } from '../ui/Icon'
import { Badge, Empty, Segments } from '../ui/parts'
import { readDatasets } from '../wire/papers'
import { DatasetPage } from './Dataset'
import { DrawnZones } from './DrawnZones'
import { ImportFile } from './ImportFile'
import { count, formatWords, isOver, isYetToHold, kindWords, STATES, validityWords } from './datasetWords'
import { Table, type Column } from './Table'
import { at } from './words'
import type { DatasetRow } from '../wire/types'

const PARTS = [
  { value: 'datasets' as const, words: 'Datasets' },
  { value: 'drawn' as const, words: 'Zones of your own' },
]

export function AirspaceData({ item }: { item: string }) {
  if (item !== '' && item !== 'drawn') return <DatasetPage key={item} id={item} />
  const part = item === 'drawn' ? 'drawn' : 'datasets'
  const tabs = <Segments name="airspace-part" legend="Part" options={PARTS} value={part} onChoose={(to) => go('airspace', to === 'drawn' ? 'drawn' : '')} />
  return part === 'drawn' ? <DrawnZones tabs={tabs} /> : <Datasets tabs={tabs} />
}

function Datasets({ tabs }: { tabs: preact.JSX.Element }) {
  const rows = useFetched(readDatasets, [airspaceVersion.value], 30_000)
  return (
    <Screen title="Airspace data" hint="What flights are checked against." acts={tabs}>
      <ImportFile />
      <Show of={rows} what="the datasets">
        {(all) =>
          all.length === 0 ? (
            <Empty icon={Layers} title="Nothing was imported yet">
              Download the present dataset of the United Kingdom from its publisher and drop it above. Until it is in use, nothing is known to be clear.
            </Empty>
          ) : (
            <Table caption="Datasets" columns={COLUMNS} rows={all} rowKey={(row) => row.dataset_id} onOpen={(row) => go('airspace', row.dataset_id)} />
          )
        }
      </Show>
    </Screen>
  )
}

/** In red and in words while it is in use, or offered, and over. */
export function StateOf({ row }: { row: DatasetRow }) {
  void secondTick.value
  const now = stationNow()
  if (row.state === 'in_use' || row.state === 'offered') {
    if (isOver(row, now)) return <Alarm words={`${STATES[row.state]}, out of date`} />
    if (isYetToHold(row, now)) return <Badge tone="warn">{STATES[row.state]}, not valid yet</Badge>
  }
  if (row.state === 'in_use') {
    if (row.kind === 'notam' && zones.value?.dataset?.notams_too_old) return <Alarm words="In use, too old" />
    return <Badge tone="live">In use</Badge>
  }
  return <Badge hollow>{STATES[row.state]}</Badge>
}

const Alarm = ({ words }: { words: string }) => (
  <span class="out-of-date">
    <Icon of={TriangleAlert} size="small" />
    {words}
  </span>
)

export const Hash = ({ of }: { of: string }) => (
  <span class="hash">
    <code title={of}>{of.slice(0, 10)}…</code>
    <CopyButton what="SHA-256" text={of} />
  </span>
)

const COLUMNS: Column<DatasetRow>[] = [
  {
    name: 'Dataset',
    cell: (row) => (
      <>
        <b>{row.title || row.file_name}</b>
        <span class="row-more">
          {kindWords(row.kind)} · {formatWords(row.format)}
        </span>
      </>
    ),
  },
  { name: 'State', cell: (row) => <StateOf row={row} /> },
  {
    name: 'Holds',
    cell: (row) => (
      <>
        {validityWords(row)}
        {row.airac && <span class="row-more">AIRAC {row.airac}</span>}
      </>
    ),
  },
  {
    name: 'Read',
    cell: (row) => (
      <>
        {count(row.zones, 'zone')}
        {row.refused > 0 && <span class="refused-count">{row.refused.toLocaleString('en-GB')} refused</span>}
      </>
    ),
  },
  { name: 'SHA-256', cell: (row) => <Hash of={row.sha256} /> },
  { name: 'Imported', cell: (row) => <ByWhom when={row.imported_at} by={row.imported_by} /> },
  { name: 'Decided', cell: (row) => (row.decided_at ? <ByWhom when={row.decided_at} by={row.decided_by} /> : 'not yet') },
]

const ByWhom = ({ when, by }: { when: string; by: string }) => (
  <>
    {at(when)}
    <span class="row-more">{by}</span>
  </>
)
