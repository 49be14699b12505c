// An operator's papers: the permissions it holds, its requests for more, and who it flies as.

import { useState } from 'preact/hooks'
import { Box, FileCheck2, FileDown, Plus, Send } from 'lucide'
import { openLetter, openPermission, openSora, papersWritten } from '../live/papers'
import { go } from '../live/place'
import { plan, planOpen, requestOf } from '../live/plan'
import { whyNot } from '../live/session'
import { stationNow } from '../live/time'
import { bothWords } from '../live/zoneTimes'
import { Screen, Show, useFetched } from '../panels/Screen'
import { Button, HoldButton } from '../ui/Button'
import { useSending } from '../ui/Field'
import { Badge, Empty, ProblemCard, Segments } from '../ui/parts'
import { readDocument, readPermissions, readRequests, withdrawPermission } from '../wire/papers'
import { download } from './download'
import { OperatorPart } from './OperatorForm'
import { GIVEN } from './PermissionDialog'
import { isOpen, RequestBadge } from './RequestDialogs'
import { Table, type Column } from './Table'
import { at } from './words'
import type { PermissionView, RequestView } from '../wire/types'

const PARTS = [
  { value: 'permissions' as const, words: 'Permissions' },
  { value: 'requests' as const, words: 'Requests' },
  { value: 'operator' as const, words: 'Operator' },
]

export function Papers({ item }: { item: string }) {
  const part = item === 'requests' || item === 'operator' ? item : 'permissions'
  const tabs = <Segments name="papers-part" legend="Part" options={PARTS} value={part} onChoose={(to) => go('papers', to === 'permissions' ? '' : to)} />
  const acts = (
    <>
      {tabs}
      {part === 'permissions' && <RecordButton />}
      {part === 'operator' && <SoraButton />}
    </>
  )
  return (
    <Screen title="Papers" hint="Of your organisation; verdicts are judged by them." acts={acts}>
      {part === 'permissions' && <Permissions />}
      {part === 'requests' && <Requests />}
      {part === 'operator' && <OperatorPart />}
    </Screen>
  )
}

const RecordButton = () => (
  <Button kind="primary" icon={Plus} whyNot={whyNot('record_permissions')} onPress={() => openPermission({ zone_id: '' })}>
    Record a permission
  </Button>
)

/** From the plan that is drawn on the map. */
function SoraButton() {
  const of = requestOf(plan.value)
  if (of) {
    return (
      <Button icon={Box} onPress={() => openSora(of)}>
        SORA volumes of the plan
      </Button>
    )
  }
  return (
    <Button
      icon={Box}
      onPress={() => {
        planOpen.value = true
        go('map')
      }}
    >
      Plan a flight, for SORA volumes
    </Button>
  )
}

function Permissions() {
  const [overToo, setOverToo] = useState(false)
  const held = useFetched(() => readPermissions(overToo), [overToo, papersWritten.value], 30_000)
  const sending = useSending()
  const withdraw = (id: string) => void sending.run(() => withdrawPermission(id)).then(() => held.reload())
  const fetchDocument = (of: PermissionView) =>
    void sending.run(async () => download(await readDocument(of.document_id ?? ''), of.document_name || 'document'))
  return (
    <>
      <label class="check">
        <input type="checkbox" checked={overToo} onChange={(event) => setOverToo(event.currentTarget.checked)} />
        Show those that are over or withdrawn too
      </label>
      {sending.problem && <ProblemCard problem={sending.problem} kept="Nothing was changed." />}
      <Show of={held} what="the permissions">
        {(all) =>
          all.length === 0 ? (
            <Empty icon={FileCheck2} title={overToo ? 'No permission was recorded yet' : 'No permission is in force or to come'} act={<RecordButton />}>
              What a zone’s authority allowed, on paper, by e-mail or by telephone, is written down here; then verdicts reckon with it.
            </Empty>
          ) : (
            <Table caption="Permissions" columns={columns(withdraw, fetchDocument)} rows={all.toSorted(byState)} rowKey={(one) => one.permission_id} />
          )
        }
      </Show>
    </>
  )
}

const ORDER: Record<PermissionView['state'], number> = { in_force: 0, coming: 1, over: 2, withdrawn: 3 }
export const byState = (a: PermissionView, b: PermissionView): number =>
  ORDER[a.state] - ORDER[b.state] || Date.parse(a.begins) - Date.parse(b.begins)

const StateOf = ({ of }: { of: PermissionView }) => {
  if (of.state === 'in_force') return <Badge tone="live">In force</Badge>
  const words = { coming: 'Coming', over: 'Over', withdrawn: 'Withdrawn' }[of.state]
  return <Badge hollow={of.state !== 'coming'}>{words}</Badge>
}

const given = (by: PermissionView['given_by']): string => GIVEN.find(({ value }) => value === by)?.words ?? by

function columns(withdraw: (id: string) => void, fetchDocument: (of: PermissionView) => void): Column<PermissionView>[] {
  return [
    {
      name: 'Zone',
      cell: (one) => (
        <>
          <b>{one.zone_name || one.zone}</b>
          <span class="row-more">{one.zone_name ? one.zone : 'No zone in use is called so'}</span>
        </>
      ),
    },
    { name: 'State', cell: (one) => <StateOf of={one} /> },
    {
      name: 'Holds',
      cell: (one) => (
        <>
          {bothWords(Date.parse(one.begins))}
          <span class="row-more">until {bothWords(Date.parse(one.ends))}</span>
        </>
      ),
    },
    {
      name: 'Limits',
      cell: (one) => (
        <>
          {one.upper_limit_amsl_m === null ? 'No height was said' : `Not above ${one.upper_limit_amsl_m} m above mean sea level`}
          {one.conditions && <span class="row-more">{one.conditions}</span>}
        </>
      ),
    },
    {
      name: 'Given',
      cell: (one) => (
        <>
          {one.reference}
          <span class="row-more">
            {given(one.given_by)}, {one.granted_by}, {at(one.given_at)}
          </span>
        </>
      ),
    },
    {
      name: 'Document',
      cell: (one) =>
        one.document_id ? (
          <Button kind="quiet" icon={FileDown} onPress={() => fetchDocument(one)}>
            {one.document_name || 'Document'}
          </Button>
        ) : (
          'none'
        ),
    },
    {
      name: 'Recorded',
      cell: (one) => (
        <>
          {at(one.recorded_at)}
          <span class="row-more">{one.recorded_by}</span>
        </>
      ),
    },
    {
      name: 'Withdraw',
      cell: (one) =>
        one.state === 'withdrawn' || one.state === 'over' ? (
          <span class="row-more">not needed</span>
        ) : (
          <HoldButton off={whyNot('record_permissions')} onHeld={() => withdraw(one.permission_id)}>
            Hold to withdraw
          </HoldButton>
        ),
    },
  ]
}

function Requests() {
  const requests = useFetched(readRequests, [papersWritten.value], 30_000)
  return (
    <Show of={requests} what="the requests">
      {(all) =>
        all.length === 0 ? (
          <Empty
            icon={Send}
            title="Nothing was asked yet"
            act={
              <Button
                onPress={() => {
                  planOpen.value = true
                  go('map')
                }}
              >
                Plan a flight
              </Button>
            }
          >
            A verdict that needs a permission offers to fill in the request to the zone’s authority; you send it.
          </Empty>
        ) : (
          <Table caption="Requests" columns={REQUESTS} rows={all.toSorted((a, b) => Number(isOpen(b)) - Number(isOpen(a)))} rowKey={(one) => one.request_id} onOpen={openLetter} />
        )
      }
    </Show>
  )
}

/** What was asked for is over, and nobody has said what came of it. */
const isLate = (one: RequestView): boolean => isOpen(one) && Date.parse(one.ends) < stationNow()

const REQUESTS: Column<RequestView>[] = [
  { name: 'Zone', cell: (one) => <b>{one.zone_name || one.zone}</b> },
  {
    name: 'State',
    cell: (one) => (
      <>
        <RequestBadge of={one} />
        {isLate(one) && <span class="row-more">What it was for is over</span>}
      </>
    ),
  },
  { name: 'To', cell: (one) => one.authority || 'not known' },
  {
    name: 'For',
    cell: (one) => (
      <>
        {bothWords(Date.parse(one.begins))}
        <span class="row-more">until {bothWords(Date.parse(one.ends))}</span>
      </>
    ),
  },
  {
    name: 'Made',
    cell: (one) => (
      <>
        {at(one.made_at)}
        <span class="row-more">{one.made_by}</span>
      </>
    ),
  },
  { name: 'Answer', cell: (one) => one.answer || 'none yet' },
]
