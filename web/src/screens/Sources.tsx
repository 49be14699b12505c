// Every camera in a table: how it stands, how old its picture is, who brings it in.

import { useState } from 'preact/hooks'
import { Cctv, Plus, SearchX } from 'lucide'
import { agentTable } from '../live/agents'
import { link } from '../live/link'
import { dialog, select } from '../live/place'
import { may, me, whyNotManageCameras } from '../live/session'
import { sourceList } from '../live/sources'
import { standing } from '../live/standing'
import { secondTick, stationNow } from '../live/time'
import { matches } from '../panels/listing'
import { Screen, useFetched } from '../panels/Screen'
import { fpsWords } from '../panels/words'
import { Button, HoldButton } from '../ui/Button'
import { useSending } from '../ui/Field'
import { Empty, ProblemCard, SimulatedBadge, StandingBadge, Waiting } from '../ui/parts'
import { readOrganisations } from '../wire/admin'
import { removeSource } from '../wire/http'
import { Table, type Column } from './Table'
import { ago } from './words'
import type { SourceView } from '../wire/types'

/** Another organisation's things come only under an agreement, and say so. */
function owner(source: SourceView, names: ReadonlyMap<string, string>): string {
  const own = me.value?.organisation
  if (own?.organisation_id === source.organisation_id) return own.name
  return `${names.get(source.organisation_id) ?? 'Another organisation'}, under an agreement`
}

const agentOf = (source: SourceView): string =>
  source.agent_id === null ? 'over WHIP' : (agentTable.value.get(source.agent_id)?.name ?? 'an agent')

export function Sources() {
  void secondTick.value
  const [text, setText] = useState('')
  const sending = useSending()
  const organisations = useFetched(() => (may('see_sharing') ? readOrganisations() : Promise.resolve([])))
  const names = new Map(organisations.data?.map((o) => [o.organisation_id, o.name]))
  const all = sourceList.value
  const shown = all.filter((s) => matches(text, s.name, s.condition, s.kind))
  const columns: Column<SourceView>[] = [
    {
      name: 'Name',
      cell: (s) => (
        <>
          <b>{s.name}</b> {s.simulated && <SimulatedBadge />}
        </>
      ),
    },
    { name: 'Condition', cell: (s) => <StandingBadge of={standing(s, link.value, Date.now(), stationNow())} /> },
    { name: 'Last picture', cell: (s) => ago(s.last_frame_at) },
    { name: 'Received', cell: (s) => (s.condition === 'live' ? fpsWords(s.received_fps) : 'nothing') },
    { name: 'Analysed', cell: (s) => (s.condition === 'live' ? fpsWords(s.analysed_fps) : 'nothing') },
    { name: 'Brought in by', cell: agentOf },
    { name: 'Organisation', cell: (s) => owner(s, names) },
    { name: 'Problem', cell: (s) => s.problem || 'none' },
    {
      name: 'Remove',
      cell: (s) =>
        s.origin === 'whip' ? (
          <HoldButton whyNot={whyNotManageCameras()} onHeld={() => void sending.run(() => removeSource(s.source_id))}>
            Hold to remove
          </HoldButton>
        ) : (
          <span class="row-more">by its agent</span>
        ),
    },
  ]
  const add = (
    <Button kind="primary" icon={Plus} whyNot={whyNotManageCameras()} onPress={() => (dialog.value = 'add-camera')}>
      Add a camera
    </Button>
  )
  return (
    <Screen title="Sources" acts={add}>
      {sending.problem && <ProblemCard problem={sending.problem} kept="The camera is still there." />}
      {all.length === 0 && link.value.state === 'connecting' ? (
        <Waiting>Reading the sources</Waiting>
      ) : all.length === 0 ? (
        <Empty icon={Cctv} title="No camera yet" act={add}>
          A camera appears as soon as an agent offers it, or somebody publishes to a WHIP address made here.
        </Empty>
      ) : (
        <>
          <input
            class="input search"
            type="search"
            aria-label="Search sources"
            placeholder="Search by name or condition"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          {shown.length === 0 ? (
            <Empty icon={SearchX} title="No source matches" act={<Button onPress={() => setText('')}>Show all</Button>}>
              None of the {all.length} has “{text}” in its name or condition.
            </Empty>
          ) : (
            <Table
              caption="Sources"
              columns={may('manage_sources') ? columns : columns.slice(0, -1)}
              rows={shown}
              rowKey={(s) => s.source_id}
              onOpen={(s) => select({ kind: 'source', id: s.source_id })}
            />
          )}
        </>
      )}
    </Screen>
  )
}
