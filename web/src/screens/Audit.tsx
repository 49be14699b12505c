// Who did what, when and why: newest first, with the state of the chain that makes it tamper-evident.

import { useState } from 'preact/hooks'
import { ScrollText, X } from 'lucide'
import { readAudit, type AuditQuery } from '../wire/admin'
import { purposeWords } from '../live/purposes'
import { Screen, Show, useFetched } from '../panels/Screen'
import { Button } from '../ui/Button'
import { Copyable } from '../ui/Copy'
import { Field } from '../ui/Field'
import { Badge, Empty, Facts, Note } from '../ui/parts'
import { Table, type Column } from './Table'
import { at, plain } from './words'
import type { AuditPage, AuditRecordView } from '../wire/types'

const COLUMNS: Column<AuditRecordView>[] = [
  { name: 'No.', cell: (r) => r.seq },
  { name: 'When', cell: (r) => at(r.recorded_at) },
  { name: 'Who', cell: (r) => r.actor_name || plain(r.actor) },
  { name: 'Did', cell: (r) => <b>{plain(r.act.replaceAll('.', ' '))}</b> },
  { name: 'To', cell: (r) => r.subject_name || r.subject_id || 'nothing' },
  { name: 'Purpose', cell: (r) => purposeWords(r.purpose || null) || 'none given' },
]

const NO_FILTER = { act: '', actor: '', subject: '' }

export function Audit({ item }: { item: string }) {
  const [typed, setTyped] = useState(NO_FILTER)
  const [query, setQuery] = useState<AuditQuery>({})
  const [before, setBefore] = useState<number[]>([])
  const page = useFetched(() => readAudit(query), [JSON.stringify(query)])
  const [open, setOpen] = useState<AuditRecordView | null>(null)
  const ask = (filter: typeof NO_FILTER) => {
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
  void item
  const filtered = Boolean(query.act || query.actor || query.subject)
  return (
    <Screen title="Audit" hint="Reading this is itself recorded.">
      <form
        class="filter"
        onSubmit={(event) => {
          event.preventDefault()
          ask(typed)
        }}
      >
        <Field label="Act" placeholder="video.opened" value={typed.act} onInput={(act) => setTyped({ ...typed, act })} />
        <Field label="Who" value={typed.actor} onInput={(actor) => setTyped({ ...typed, actor })} />
        <Field label="To" value={typed.subject} onInput={(subject) => setTyped({ ...typed, subject })} />
        <Button submit>Show these</Button>
        {filtered && (
          <Button
            icon={X}
            onPress={() => {
              setTyped(NO_FILTER)
              ask(NO_FILTER)
            }}
          >
            Show all
          </Button>
        )}
      </form>
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
                {open && <AuditRecordCard of={open} onClose={() => setOpen(null)} />}
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

function AuditRecordCard({ of, onClose }: { of: AuditRecordView; onClose: () => void }) {
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
          { name: 'Did', value: of.act },
          { name: 'To', value: [of.subject_kind, of.subject_name || of.subject_id].filter(Boolean).join(' ') || 'nothing' },
          { name: 'Purpose', value: purposeWords(of.purpose || null) || 'none given' },
          ...details,
        ]}
      />
      <Copyable label="Fingerprint" text={of.hash} />
    </section>
  )
}
