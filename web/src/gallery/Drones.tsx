// Drones and airspace on the component page, in every state.

import { Section, Shelf } from './Section'
import { BreachCard } from '../panels/Airspace'
import { CommandLine, CommandLog } from '../panels/CommandLine'
import { ControlForm } from '../panels/Control'
import { FlightButtons } from '../panels/FlightActs'
import { FlyToForm, type FlyToFormProps } from '../panels/FlyTo'
import { Legend, ZonesSays } from '../panels/MapZones'
import { VehicleRow, ZoneRow } from '../panels/rows'
import { SoundButton } from '../panels/SoundState'
import { StopButtons } from '../panels/StopBar'
import { TakeOffForm } from '../panels/TakeOff'
import { VehicleFacts } from '../panels/VehiclePanel'
import { ZoneCard } from '../panels/ZoneCard'
import { TRAINING } from '../live/zones'
import { BREACH, CHECK, DONE, motionAged, NO_ANSWER, REFUSED, sendingNow, VEHICLE, ZONE } from './droneSamples'
import { PROBLEM } from './samples'
import type { Standing } from '../live/standing'
import type { Sending } from '../ui/Field'
import type { ControlView } from '../wire/types'
import type { ComponentChildren } from 'preact'

const nothing = () => undefined
const FLYING: Standing = { tone: 'live', word: 'In the air', words: 'In the air', hollow: false }
const LOST: Standing = { tone: 'warn', word: 'Lost', words: 'Lost 12 s', hollow: true }
const OLD: Standing = { tone: 'warn', word: 'Stale', words: '4 s old', hollow: true }
const NEVER: Standing = { tone: 'quiet', word: 'Never heard', words: 'Never heard', hollow: true }
const RESTING: Sending = { busy: false, problem: null, run: () => Promise.resolve(true), clear: nothing }
const HELD: ControlView = { user_id: 'x', display_name: 'Asha Okafor', taken_at: '2026-11-02T14:03:22Z' }

const Cell = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <div class="gallery-cell">
    <span class="field-hint">{name}</span>
    {children}
  </div>
)

export function Drones() {
  return (
    <>
      <Rows />
      <Urgent />
      <State />
      <MayDo />
      <FlyHere />
      <Zones />
    </>
  )
}

function Rows() {
  const row = { selected: false, active: false, onPick: nothing, airspace: '', height: '64 m above ground' }
  return (
    <Section title="Drones in a list">
      <div class="gallery-list" role="listbox" aria-label="Drones in each state">
        <VehicleRow {...row} vehicle={VEHICLE} now={FLYING} />
        <VehicleRow {...row} vehicle={{ ...VEHICLE, name: 'Focus' }} now={FLYING} active />
        <VehicleRow {...row} vehicle={{ ...VEHICLE, name: 'Selected' }} now={FLYING} selected />
        <VehicleRow {...row} vehicle={{ ...VEHICLE, name: 'Simulated', simulated: true }} now={FLYING} />
        <VehicleRow {...row} vehicle={{ ...VEHICLE, name: 'Nearing a zone' }} now={FLYING} airspace="Nearing London Heliport" />
        <VehicleRow {...row} vehicle={{ ...VEHICLE, name: 'Its position is old' }} now={OLD} />
        <VehicleRow {...row} vehicle={{ ...VEHICLE, name: 'Lost' }} now={LOST} />
        <VehicleRow {...row} vehicle={{ ...VEHICLE, name: 'Never heard' }} now={NEVER} height="Height not known" />
        <ZoneRow {...row} zone={ZONE} />
        <ZoneRow {...row} zone={{ ...ZONE, name: 'Prohibited', restriction: 'prohibited' }} selected />
      </div>
      <Shelf name="alert sound">
        <SoundButton sound="on" minutes={0} onPress={nothing} />
        <SoundButton sound="muted" minutes={9} onPress={nothing} />
        <SoundButton sound="waiting" minutes={0} onPress={nothing} />
      </Shelf>
    </Section>
  )
}

function Urgent() {
  return (
    <Section title="Hold, return, land">
      <div class="gallery-pairs">
        <StopButtons name="Kestrel 1" whyNot="" told={null} onPress={nothing} />
        <StopButtons name="Acknowledged" whyNot="" told={DONE} onPress={nothing} />
        <StopButtons name="No answer" whyNot="" told={NO_ANSWER} onPress={nothing} />
        <StopButtons name="Not allowed" whyNot="The role Officer may not do this. These may: Pilot, Supervisor." told={null} onPress={nothing} />
      </div>
      <Shelf name="a command: sending, acknowledged, refused, no answer">
        <CommandLine of={sendingNow()} />
        <CommandLine of={DONE} />
        <CommandLine of={REFUSED} />
        <CommandLine of={NO_ANSWER} />
      </Shelf>
    </Section>
  )
}

function State() {
  return (
    <Section title="How a drone stands">
      <div class="gallery-pairs">
        <Cell name="flying, clear">
          <VehicleFacts vehicle={VEHICLE} motion={motionAged(0)} />
        </Cell>
        <Cell name="lost">
          <VehicleFacts vehicle={{ ...VEHICLE, link: 'lost' }} motion={motionAged(12_200)} />
        </Cell>
        <Cell name="nearing a zone, battery low">
          <VehicleFacts
            vehicle={{ ...VEHICLE, airspace: 'nearing', breaches: [BREACH] }}
            motion={{ ...motionAged(0), battery: { atMs: performance.now(), share: 0.16, voltageV: 20.9, minutes: 3 } }}
          />
        </Cell>
        <Cell name="airspace and heights not known">
          <VehicleFacts
            vehicle={{ ...VEHICLE, airspace: 'unknown', airspace_problem: 'The ground below is not known.', problems: ['Two vehicles call themselves system 1.'] }}
            motion={motionAged(0, { heightAglM: null })}
          />
        </Cell>
      </div>
    </Section>
  )
}

function MayDo() {
  const form = { whyNot: '', sending: RESTING, onTake: nothing, onTakeOver: nothing, onHandBack: nothing }
  const ground = { ...VEHICLE, landed: 'on_ground', armed: false }
  const acts = { why: '', onArm: nothing, onDisarm: nothing, onMission: nothing, onPick: nothing }
  const takeOff = { text: '30', check: { check: CHECK, problem: null }, said: {}, whyNot: '', checking: true, onText: nothing, onSay: nothing, onHeld: nothing }
  return (
    <Section title="Control and flight">
      <div class="gallery-pairs">
        <Cell name="nobody has control">
          <ControlForm {...form} control={null} mine={false} />
        </Cell>
        <Cell name="mine">
          <ControlForm {...form} control={HELD} mine />
        </Cell>
        <Cell name="somebody else’s">
          <ControlForm {...form} control={HELD} mine={false} />
        </Cell>
        <Cell name="not allowed">
          <ControlForm {...form} control={null} mine={false} whyNot="The role Officer may not do this. These may: Pilot." />
        </Cell>
        <Cell name="taking over">
          <ControlForm {...form} control={HELD} mine={false} asked />
        </Cell>
        <Cell name="asking, refused">
          <ControlForm {...form} control={null} mine={false} sending={{ ...RESTING, problem: PROBLEM }} />
        </Cell>
        <Cell name="in the air">
          <FlightButtons {...acts} vehicle={VEHICLE} />
        </Cell>
        <Cell name="on the ground">
          <FlightButtons {...acts} vehicle={ground}>
            <TakeOffForm {...takeOff} />
          </FlightButtons>
        </Cell>
        <Cell name="without control">
          <FlightButtons {...acts} why="Take control first." vehicle={ground}>
            <TakeOffForm {...takeOff} whyNot="Take control first." />
          </FlightButtons>
        </Cell>
        <Cell name="take-off inside a zone; not checked">
          <TakeOffForm {...takeOff} check={{ check: { ...CHECK, airspace: 'inside', breaches: [{ ...BREACH, inside: true }] }, problem: null }} />
          <TakeOffForm {...takeOff} text="300" check={{ check: null, problem: PROBLEM }} />
        </Cell>
        <Cell name="armed on the ground">
          <FlightButtons {...acts} vehicle={{ ...ground, armed: true }} />
        </Cell>
        <Cell name="armed, and nobody knows whether it is on the ground">
          <FlightButtons {...acts} vehicle={{ ...ground, armed: true, landed: 'unknown' }} />
        </Cell>
        <Cell name="commands sent">
          <CommandLog list={[REFUSED, DONE, NO_ANSWER]} />
        </Cell>
      </div>
    </Section>
  )
}

function FlyHere() {
  const base: FlyToFormProps = {
    at: { lat: 51.49866, lon: -0.22589 },
    check: { check: CHECK, problem: null },
    height: { which: 'present', text: '' },
    speed: '8',
    homeKnown: true,
    said: {},
    sending: false,
    still: true,
    onHeight: nothing,
    onSpeed: nothing,
    onSay: nothing,
    onSend: nothing,
    onOther: nothing,
    onCancel: nothing,
  }
  const unknown = { ...CHECK, airspace: 'unknown' as const, airspace_problem: 'No airspace zones are loaded.', height_agl_m: null }
  return (
    <Section title="Fly here">
      <div class="gallery-pairs">
        <Cell name="clear">
          <FlyToForm {...base} />
        </Cell>
        <Cell name="loading">
          <FlyToForm {...base} check={{ check: null, problem: null }} />
        </Cell>
        <Cell name="a permission is needed">
          <FlyToForm {...base} check={{ check: { ...CHECK, airspace: 'inside', breaches: [{ ...BREACH, inside: true }] }, problem: null }} />
        </Cell>
        <Cell name="not known">
          <FlyToForm {...base} check={{ check: unknown, problem: null }} />
        </Cell>
        <Cell name="another height, wrong; not to be flown">
          <FlyToForm {...base} height={{ which: 'other', text: '500' }} check={{ check: { ...CHECK, why_not: 'It is not in the air.' }, problem: null }} />
        </Cell>
        <Cell name="could not be checked">
          <FlyToForm {...base} check={{ check: null, problem: PROBLEM }} />
        </Cell>
      </div>
    </Section>
  )
}

function Zones() {
  const card = { training: true, activity: '', at: 0, of: 1, onStep: nothing, onClose: nothing }
  return (
    <Section title="Airspace zones">
      <Shelf name="what is said on the map">
        <ZonesSays words={TRAINING} weight="training" />
        <ZonesSays words="NOTAMs not checked: none imported" weight="amber" />
      </Shelf>
      <Shelf name="legend: open, folded, zones hidden">
        <Legend shown open onShow={nothing} onOpen={nothing} />
        <Legend shown open={false} onShow={nothing} onOpen={nothing} />
        <Legend shown={false} open={false} onShow={nothing} onOpen={nothing} />
      </Shelf>
      <div class="gallery-pairs">
        <ZoneCard {...card} zone={ZONE} of={3} />
        <ZoneCard {...card} zone={{ ...ZONE, name: 'A prohibited place', restriction: 'prohibited', upper: '500 ft (152 m) above sea level' }} training={false} />
        <ul class="breaches">
          <BreachCard breach={BREACH} />
          <BreachCard breach={{ ...BREACH, zone_id: 'x', inside: true, restriction: 'conditional', vertically: 'unknown' }} />
        </ul>
      </div>
    </Section>
  )
}
