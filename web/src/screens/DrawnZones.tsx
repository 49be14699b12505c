// Zones that people of this installation drew: listed, drawn, withdrawn.

import { useState } from 'preact/hooks'
import { PenLine, Plus } from 'lucide'
import { whyNot } from '../live/session'
import { stationNow } from '../live/time'
import { airspaceVersion } from '../live/zones'
import { bothWords } from '../live/zoneTimes'
import { restrictionWords } from '../panels/aircraftWords'
import { ZoneSwatch } from '../panels/Airspace'
import { Screen, Show, useFetched } from '../panels/Screen'
import { Button, HoldButton } from '../ui/Button'
import { useSending } from '../ui/Field'
import { Badge, Empty, ProblemCard } from '../ui/parts'
import { readDrawn, withdrawZone } from '../wire/papers'
import { DrawZoneDialog } from './DrawZone'
import { Table, type Column } from './Table'
import { at, plain } from './words'
import type { ComponentChildren } from 'preact'
import type { DrawnZoneView } from '../wire/types'

export function DrawnZones({ tabs }: { tabs: ComponentChildren }) {
  const drawn = useFetched(readDrawn, [airspaceVersion.value], 30_000)
  const [drawing, setDrawing] = useState(false)
  const sending = useSending()
  const withdraw = (id: string) => void sending.run(() => withdrawZone(id)).then(() => drawn.reload())
  const draw = (
    <Button kind="primary" icon={Plus} whyNot={whyNot('manage_airspace')} onPress={() => setDrawing(true)}>
      Draw a zone
    </Button>
  )
  return (
    <Screen title="Airspace data" hint="Flights are checked against these too." acts={<>{tabs}{draw}</>}>
      {sending.problem && <ProblemCard problem={sending.problem} kept="The zone is as it was." />}
      <Show of={drawn} what="the drawn zones">
        {(all) =>
          all.length === 0 ? (
            <Empty icon={PenLine} title="No zone is drawn" act={draw}>
              Draw one where something must be kept clear for a time: a match, a fire, a helicopter at work. It is no airspace restriction in law.
            </Empty>
          ) : (
            <Table caption="Drawn zones" columns={columns(withdraw)} rows={all} rowKey={(one) => one.drawn_id} />
          )
        }
      </Show>
      {drawing && (
        <DrawZoneDialog
          onClose={(drew) => {
            setDrawing(false)
            if (drew) void drawn.reload()
          }}
        />
      )}
    </Screen>
  )
}

function StateOfDrawn({ of }: { of: DrawnZoneView }) {
  if (of.active) return <Badge tone="live">Holds now</Badge>
  return <Badge hollow>{Date.parse(of.begins) > stationNow() ? 'To come' : 'Over'}</Badge>
}

const columns = (withdraw: (id: string) => void): Column<DrawnZoneView>[] => [
  {
    name: 'Zone',
    cell: (one) => (
      <>
        <b>{one.zone.name}</b>
        <span class="row-more">{one.reason}</span>
      </>
    ),
  },
  {
    name: 'Asks for',
    cell: (one) => (
      <span class="swatch-words">
        <ZoneSwatch of={one.zone.restriction} />
        {restrictionWords(one.zone.restriction)} · {plain(one.zone.kind).toLowerCase()}
      </span>
    ),
  },
  { name: 'Heights', cell: (one) => `${one.zone.lower} to ${one.zone.upper}` },
  {
    name: 'Holds',
    cell: (one) => (
      <>
        {bothWords(Date.parse(one.begins))}
        <span class="row-more">until {bothWords(Date.parse(one.ends))}</span>
      </>
    ),
  },
  { name: 'State', cell: (one) => <StateOfDrawn of={one} /> },
  {
    name: 'Drawn',
    cell: (one) => (
      <>
        {at(one.drawn_at)}
        <span class="row-more">{one.drawn_by}</span>
      </>
    ),
  },
  {
    name: 'Withdraw',
    cell: (one) => (
      <HoldButton off={whyNot('manage_airspace')} onHeld={() => withdraw(one.drawn_id)}>
        Hold to withdraw
      </HoldButton>
    ),
  },
]
