// One dataset: what was read of its file, what was refused, and the decision to check against it.

import { useState } from 'preact/hooks'
import { Download, Trash2 } from 'lucide'
import { imported } from '../live/datasets'
import { go } from '../live/place'
import { whyNot } from '../live/session'
import { stationNow } from '../live/time'
import { restrictionWords } from '../panels/aircraftWords'
import { ZoneSwatch } from '../panels/Airspace'
import { Screen, Show, useFetched } from '../panels/Screen'
import { Button, HoldButton } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Field, Form, useSending } from '../ui/Field'
import { Facts, Note, ProblemCard } from '../ui/parts'
import { decideDataset, readDataset, readDatasets } from '../wire/papers'
import { Hash, StateOf } from './AirspaceData'
import {
  areasWords, boundsOfZones, boxWords, count, countedByKind, formatWords, kindWords, matching, refusalsText, replaces,
  validityWords, whyNotUse, type KindCount,
} from './datasetWords'
import { Undated } from './DateDataset'
import { download } from './download'
import { Table, type Column } from './Table'
import { at, bytes, plain } from './words'
import type { DatasetDetail, DatasetRow, RefusedFeature } from '../wire/types'

/** The answer to an import says more than the station can say later. */
async function detailOf(id: string): Promise<DatasetDetail> {
  const read = await readDataset(id)
  const fresh = imported.peek()
  return fresh?.row.dataset_id === id ? { ...fresh, row: read.row } : read
}

export function DatasetPage({ id }: { id: string }) {
  const found = useFetched(() => detailOf(id), [id])
  const rows = useFetched(readDatasets, [id])
  const sending = useSending()
  const [using, setUsing] = useState(false)
  const row = found.data?.row
  const reload = () => void Promise.all([found.reload(), rows.reload()])
  const discard = () => void sending.run(() => decideDataset(id, { decision: 'discard', accept_refused: 0 })).then(reload)
  const acts = row && (row.state === 'offered' || row.state === 'retired') && (
    <>
      <Button kind="primary" whyNot={whyNot('manage_airspace')} onPress={() => setUsing(true)}>
        Use this dataset
      </Button>
      <HoldButton icon={Trash2} whyNot={whyNot('manage_airspace')} onHeld={discard}>
        Hold to discard
      </HoldButton>
    </>
  )
  return (
    <Screen
      title={row ? row.title || row.file_name : 'Dataset'}
      back={{ words: 'Airspace data', onPress: () => go('airspace') }}
      {...(acts ? { acts } : {})}
    >
      {sending.problem && <ProblemCard problem={sending.problem} kept="The dataset is as it was." />}
      <Show of={found} what="this dataset">
        {(detail) => (
          <>
            <Undated row={detail.row} onDated={reload} />
            <Detail detail={detail} fresh={imported.value?.row.dataset_id === id} />
            {using && (
              <UseDialog
                row={detail.row}
                all={rows.data}
                onClose={(used) => {
                  setUsing(false)
                  if (used) reload()
                }}
              />
            )}
          </>
        )}
      </Show>
    </Screen>
  )
}

export function Detail({ detail, fresh }: { detail: DatasetDetail; fresh: boolean }) {
  const { row } = detail
  const box = boundsOfZones(detail.zones)
  const cut = row.zones > detail.zones.length ? ` of the first ${detail.zones.length.toLocaleString('en-GB')} of ${count(row.zones, 'zone')}` : ''
  return (
    <>
      <Refusals detail={detail} />
      <div class="columns">
        <section class="card" aria-label="The file">
          <h3>The file</h3>
          <Facts
            facts={[
              { name: 'State', value: <StateOf row={row} /> },
              { name: 'Kind', value: `${kindWords(row.kind)}, ${formatWords(row.format)}` },
              { name: 'Holds', value: validityWords(row) },
              ...(row.airac ? [{ name: 'AIRAC', value: row.airac }] : []),
              { name: 'File', value: row.file_name, more: bytes(row.size_bytes) },
              { name: 'SHA-256', value: <Hash of={row.sha256} /> },
              { name: 'Imported', value: at(row.imported_at), more: row.imported_by },
              ...(row.decided_at ? [{ name: 'Decided', value: at(row.decided_at), more: row.decided_by }] : []),
            ]}
          />
        </section>
        <section class="card" aria-label="What was read">
          <h3>
            Read: {count(row.zones, 'zone')}
            {cut && <span class="row-more">By kind{cut}</span>}
          </h3>
          {row.state === 'discarded' ? (
            <p>Its zones were given up when it was discarded.</p>
          ) : (
            <>
              <Table caption="What was read, by kind" columns={KINDS} rows={countedByKind(detail.zones)} rowKey={(one) => `${one.kind} ${one.restriction}`} />
              <p class="field-hint">{box ? `They lie within ${boxWords(box)}.` : 'No outline was read.'}</p>
            </>
          )}
        </section>
      </div>
      <Said title="Notes" all={detail.notes} none={fresh ? 'There is nothing else to know of what was read.' : 'Notes are told when a file is imported; they are not kept.'} />
      {(fresh || detail.skipped.length > 0) && <Said title="Left out, being no zones" all={detail.skipped} none="Nothing was left out." />}
    </>
  )
}

const KINDS: Column<KindCount>[] = [
  { name: 'Kind', cell: (one) => plain(one.kind) },
  {
    name: 'Asks for',
    cell: (one) => (
      <span class="swatch-words">
        <ZoneSwatch of={one.restriction} />
        {restrictionWords(one.restriction)}
      </span>
    ),
  },
  { name: 'Zones', cell: (one) => one.zones.toLocaleString('en-GB') },
]

function Said({ title, all, none }: { title: string; all: readonly string[]; none: string }) {
  const [shown, setShown] = useState(20)
  return (
    <section class="said" aria-label={title}>
      <h3 class="screen-section">{title}</h3>
      {all.length === 0 ? (
        <p class="field-hint">{none}</p>
      ) : (
        <ul class="plain-list">
          {all.slice(0, shown).map((one, i) => (
            <li key={i}>{one}</li>
          ))}
        </ul>
      )}
      {all.length > shown && <Button onPress={() => setShown(all.length)}>Show all {all.length.toLocaleString('en-GB')}</Button>}
    </section>
  )
}

/** First on the page: what could not be read is what somebody must decide about. */
export function Refusals({ detail }: { detail: DatasetDetail }) {
  const [text, setText] = useState('')
  const { row, refused, refused_left_out: leftOut } = detail
  if (row.refused === 0) return null
  const shown = matching(refused, text)
  return (
    <section class="refusals" aria-label="Refused">
      <Note tone="warn">
        <strong>{count(row.refused, 'feature was', 'features were')} refused.</strong> Near each of them nothing will be clear; one whose place is not known makes no place clear.
        {leftOut > 0 && ` ${count(leftOut, 'more is', 'more are')} counted and not told one by one.`}
      </Note>
      <div class="filter">
        <input class="input search" type="search" aria-label="Search what was refused" placeholder="Search by feature or reason" value={text} onInput={(event) => setText(event.currentTarget.value)} />
        <Button icon={Download} onPress={() => download(new Blob([refusalsText(detail)], { type: 'text/plain' }), `${row.file_name}-refused.txt`)}>
          Save as text
        </Button>
        <span class="field-hint">
          {shown.length.toLocaleString('en-GB')} of {refused.length.toLocaleString('en-GB')}
        </span>
      </div>
      {shown.length === 0 ? <p>None of them has “{text}” in its name or reason.</p> : <Table caption="Refused features" columns={REFUSED} rows={shown} rowKey={(one) => `${one.feature} ${one.reason}`} />}
    </section>
  )
}

const REFUSED: Column<RefusedFeature>[] = [
  { name: 'Feature, and where in the file', cell: (one) => <b>{one.feature}</b> },
  { name: 'Why', cell: (one) => one.reason },
  { name: 'Nothing is clear near', cell: (one) => areasWords(one) },
]

function UseDialog({ row, all, onClose }: { row: DatasetRow; all: DatasetRow[] | null; onClose: (used: boolean) => void }) {
  const [seen, setSeen] = useState('')
  const sending = useSending()
  const why = all === null ? 'What it would replace is not known yet.' : whyNotUse(row, seen, stationNow())
  const use = async () => {
    await decideDataset(row.dataset_id, { decision: 'use', accept_refused: row.refused })
    onClose(true)
  }
  return (
    <Dialog title="Check flights against this dataset" onClose={() => onClose(false)}>
      <Form sending={sending} go="Use it from now on" going="Taking it into use" kept="What was in use stays in use." {...(why ? { whyNot: why } : {})} onSend={() => void sending.run(use)}>
        <Facts
          facts={[
            { name: 'Dataset', value: row.title || row.file_name, more: `${count(row.zones, 'zone')}, ${row.refused} refused` },
            { name: 'Holds', value: validityWords(row) },
            { name: 'Replaces', value: all === null ? 'asking' : replaces(row, all) },
          ]}
        />
        <StateOf row={row} />
        {row.refused > 0 && (
          <Field
            label="How many features were refused? Type the number to show that you have looked at them"
            numeric
            value={seen}
            onInput={setSeen}
            focus
          />
        )}
      </Form>
    </Dialog>
  )
}
