// Who did what, when and why: newest first, with the state of the chain that makes it tamper-evident.

import { useEffect, useState } from 'preact/hooks'
import { ScrollText, X } from 'lucide'
import { purposeWords } from '../live/purposes'
import { may } from '../live/session'
import { auditUrl, readAudit, readPeople, type AuditQuery } from '../wire/admin'
import { ACT_WORDS, type Act } from '../wire/authority'
import { Screen, Show, useFetched } from '../panels/Screen'
import { Button } from '../ui/Button'
import { Copyable } from '../ui/Copy'
import { Choice } from '../ui/Field'
import { Badge, Empty, Facts, Note } from '../ui/parts'
import { Table, type Column } from './Table'
import { at, plain } from './words'
import type { AuditPage, AuditRecordView } from '../wire/types'

const COLUMNS: Column<AuditRecordView>[] = [
  { name: 'No.', cell: (r) => r.seq },
  { name: 'When', cell: (r) => at(r.recorded_at) },
  { name: 'Who', cell: (r) => r.actor_name || plain(r.actor) },
  { name: 'Did', cell: (r) => <b>{actWords(r.act)}</b> },
  { name: 'To', cell: (r) => r.subject_name || r.subject_id || 'nothing' },
  { name: 'Purpose', cell: (r) => purposeWords(r.purpose || null) || 'none' },
]

const ACTS = [
  { value: '', words: 'Everything' },
  ...Object.entries(ACT_WORDS)
    .map(([value, words]) => ({ value, words }))
    .sort((a, b) => a.words.localeCompare(b.words, 'en-GB')),
]

export const actWords = (act: string): string => (Object.hasOwn(ACT_WORDS, act) ? ACT_WORDS[act as Act] : plain(act))

/** Each read is recorded: whoever steps through a list by the arrow keys asks once, when they stop. */
const ASKED_AFTER_MS = 400

function useSettled(query: AuditQuery): AuditQuery {
  const [settled, settle] = useState(query)
  useEffect(() => {
    if (query === settled) return
    const timer = setTimeout(() => settle(query), ASKED_AFTER_MS)
    return () => clearTimeout(timer)
  }, [query])
  return settled
}

interface Filter {
  act: string
  actor: string
  subject: string
}

const NO_FILTER: Filter = { act: '', actor: '', subject: '' }

/** The station filters by act, by person and by thing; a thing is picked from a record. */
function Filters({ of, onAsk }: { of: Filter; onAsk: (filter: Filter) => void }) {
  const people = useFetched(() => (may('see_people') ? readPeople() : Promise.resolve([])))
  const who = [
    { value: '', words: 'Everybody' },
    ...(people.data ?? []).map((p) => ({ value: p.user_id, words: p.display_name })),
  ]
  const filtered = of.act || of.actor || of.subject
  return (
    <form class="filter" role="search" aria-label="Audit records" onSubmit={(event) => event.preventDefault()}>
      <Choice label="What" value={of.act} options={ACTS} onChoose={(act) => onAsk({ ...of, act })} />
      <Choice label="Who" value={of.actor} options={who} onChoose={(actor) => onAsk({ ...of, actor })} />
      {filtered && (
        <Button icon={X} onPress={() => onAsk(NO_FILTER)}>
          {of.subject ? 'Show all, not only what was done to one thing' : 'Show all'}
        </Button>
      )}
    </form>
  )
}

export function Audit() {
  const [query, setQuery] = useState<AuditQuery>({})
  const [before, setBefore] = useState<number[]>([])
  const settled = useSettled(query)
  const page = useFetched(() => readAudit(settled), [auditUrl(settled)])
  const [open, setOpen] = useState<AuditRecordView | null>(null)
  const ask = (filter: Filter) => {
    setBefore([])
    setOpen(null)
    setQuery({ ...filter })
  }
  const older = (next: number) => {
    setBefore([...before, query.before ?? 0])
    setQuery({ ...query, before: next })
  }
  const newer = () => {
    const to = before.at(-1)
    const { before: _now, ...rest } = query
    setBefore(before.slice(0, -1))
    setQuery(to ? { ...rest, before: to } : rest)
  }
  const asked: Filter = { act: query.act ?? '', actor: query.actor ?? '', subject: query.subject ?? '' }
  const filtered = Boolean(asked.act || asked.actor || asked.subject)
  return (
    <Screen title="Audit" hint="Reading this is itself recorded.">
      <Filters of={asked} onAsk={ask} />
      <Show of={page} what="the audit log">
        {(now) => (
          <>
            <Chain of={now} />
            {now.records.length === 0 ? (
              <Empty icon={ScrollText} title={filtered ? 'No record matches' : 'Nothing is recorded yet'}>
                Each sign-in, each picture that is opened and each change is written here, with who, when and why.
              </Empty>
            ) : (
              <div class={open ? 'columns columns-list' : ''}>
                <Table
                  caption="Records"
                  columns={COLUMNS}
                  rows={now.records}
                  rowKey={(r) => String(r.seq)}
                  onOpen={setOpen}
                  selected={open ? String(open.seq) : ''}
                />
                {open && <AuditRecordCard of={open} onClose={() => setOpen(null)} onOnly={(only) => ask({ ...asked, ...only })} />}
              </div>
            )}
            <div class="acts">
              {before.length > 0 && <Button onPress={newer}>Newer</Button>}
              {now.next_before !== null && <Button onPress={() => now.next_before !== null && older(now.next_before)}>Older</Button>}
            </div>
          </>
        )}
      </Show>
    </Screen>
  )
}

function Chain({ of }: { of: AuditPage }) {
  if (of.problem) return <Note tone="warn"><strong>The chain is not whole.</strong> {of.problem}</Note>
  return (
    <p class="chain">
      <Badge tone="live">Chain whole</Badge>
      <span class="row-more">
        verified up to no. {of.verified_up_to} at {at(of.verified_at)}, signed up to no. {of.signed_up_to}
      </span>
    </p>
  )
}

function AuditRecordCard(props: { of: AuditRecordView; onClose: () => void; onOnly: (only: Partial<Filter>) => void }) {
  const { of, onClose, onOnly } = props
  const actor = of.actor_id
  const details = Object.entries(of.details).map(([name, value]) => ({
    name: plain(name),
    value: typeof value === 'string' ? value : JSON.stringify(value),
  }))
  return (
    <section class="card" aria-label="The record">
      <div class="card-head">
        <h3>Record {of.seq}</h3>
        <Button kind="quiet" icon={X} label="Close the record" onPress={onClose} />
      </div>
      <Facts
        facts={[
          { name: 'When', value: at(of.recorded_at) },
          { name: 'Who', value: of.actor_name || plain(of.actor) },
          { name: 'Did', value: actWords(of.act) },
          { name: 'To', value: [of.subject_kind, of.subject_name || of.subject_id].filter(Boolean).join(' ') || 'nothing' },
          { name: 'Purpose', value: purposeWords(of.purpose || null) || 'none' },
          ...details,
        ]}
      />
      <div class="acts">
        {actor && <Button onPress={() => onOnly({ actor })}>Only what {of.actor_name || 'they'} did</Button>}
        {of.subject_id && <Button onPress={() => onOnly({ subject: of.subject_id })}>Only what was done to this</Button>}
      </div>
      <Copyable label="Fingerprint" text={of.hash} />
    </section>
  )
}
