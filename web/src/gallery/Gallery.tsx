// The component page: every component in every state. Ten people must not invent ten buttons.

import { useState } from 'preact/hooks'
import { Cctv, LocateFixed, Moon, Plus, RefreshCw, Server, Sun, SunDim, VideoOff, WifiOff } from 'lucide'
import { Button, HoldButton, type Shown } from '../ui/Button'
import { Copyable } from '../ui/Copy'
import { DialogInside } from '../ui/Dialog'
import { Choice, Field, Form, type Sending } from '../ui/Field'
import { Badge, Banner, Empty, Facts, Note, ProblemCard, Segments, SimulatedBadge, StandingBadge, Waiting } from '../ui/parts'
import { setTheme, theme, type Theme } from '../ui/theme'
import { SourceRow, StillRow, TrackRow } from '../panels/rows'
import { TileCover } from '../panels/VideoTile'
import { AlertRow } from '../screens/AlertRow'
import { Table } from '../screens/Table'
import { ALERT, PROBLEM, SOURCE } from './samples'
import { Drones } from './Drones'
import { Verdicts } from './Verdicts'
import { Section, Shelf } from './Section'
import { Symbols } from './Symbols'
import type { ComponentChildren } from 'preact'
import type { Standing } from '../live/standing'

const LIVE: Standing = { tone: 'live', word: 'Live', words: 'Live', hollow: false }
const LOST: Standing = { tone: 'warn', word: 'Lost', words: 'Lost 12 s', hollow: true }
const OFFLINE: Standing = { tone: 'quiet', word: 'Offline', words: 'Offline 4 days', hollow: true }
const STATES: Shown[] = ['rest', 'hover', 'focus', 'pressed']
const nothing = () => undefined

const THEMES: { value: Theme; words: string; icon: typeof Sun }[] = [
  { value: 'dark', words: 'Dark', icon: Moon },
  { value: 'night', words: 'Night', icon: SunDim },
  { value: 'daylight', words: 'Daylight', icon: Sun },
]

export function Gallery() {
  return (
    <main class="gallery">
      <header class="gallery-head">
        <h1>Kestrel: components</h1>
        <Segments name="theme" legend="Light" options={THEMES} value={theme.value} onChoose={setTheme} />
      </header>
      <Buttons />
      <Signs />
      <Section title="Symbols on the map">
        <Symbols />
      </Section>
      <Rows />
      <Tiles />
      <Messages />
      <Forms />
      <Office />
      <Drones />
      <Verdicts />
      <Section title="Night, whatever the page’s light">
        <div class="gallery-night" data-theme="night">
          <Button kind="primary">Watch</Button>
          <Button>Show on map</Button>
          <StandingBadge of={LIVE} />
          <StandingBadge of={LOST} />
          <SimulatedBadge />
          <Note tone="warn">Detection does not work: the model file is not there.</Note>
        </div>
      </Section>
    </main>
  )
}

function Buttons() {
  const [held, setHeld] = useState(0)
  return (
    <Section title="Buttons">
      {(['plain', 'primary', 'danger', 'quiet'] as const).map((kind) => (
        <Shelf key={kind} name={kind}>
          {STATES.map((shown) => (
            <Button key={shown} kind={kind} icon={RefreshCw} shown={shown}>
              {shown}
            </Button>
          ))}
          <Button kind={kind} busy="Connecting">
            loading
          </Button>
          <Button kind={kind} icon={LocateFixed} label={`${kind}, icon only`} />
        </Shelf>
      ))}
      <Shelf name="disabled, with its reason">
        <Button icon={Plus} whyNot="Only a supervisor can do this.">
          Add a camera
        </Button>
      </Shelf>
      <Shelf name="press and hold">
        <HoldButton onHeld={() => setHeld(held + 1)}>Hold to remove this camera and its token</HoldButton>
        <HoldButton holding onHeld={nothing}>
          holding
        </HoldButton>
        <span class="field-hint" role="status">
          {held > 0 ? `Held ${held} times` : ''}
        </span>
      </Shelf>
    </Section>
  )
}

function Signs() {
  return (
    <Section title="Badges">
      <Shelf name="condition">
        <StandingBadge of={LIVE} />
        <Badge>Locked, 0.6 s behind</Badge>
        <Badge hollow>Connecting 2 s</Badge>
        <StandingBadge of={LOST} />
        <StandingBadge of={OFFLINE} />
        <SimulatedBadge />
      </Shelf>
      <Shelf name="facts">
        <Facts
          facts={[
            { name: 'Picture', value: 'H264, 768 × 576', more: '10 fps' },
            { name: 'Capture to screen', value: '142 ms', more: 'median; 95 of 100 within 210 ms' },
            { name: 'Place', value: 'not given', more: 'so it is in the list only' },
          ]}
        />
      </Shelf>
    </Section>
  )
}

function Rows() {
  const row = { selected: false, active: false, onPick: nothing }
  return (
    <Section title="Rows">
      <div class="gallery-list" role="listbox" aria-label="Rows in each state">
        <SourceRow {...row} source={SOURCE} now={LIVE} />
        <SourceRow {...row} source={{ ...SOURCE, name: 'Focus' }} now={LIVE} active />
        <SourceRow {...row} source={{ ...SOURCE, name: 'Selected' }} now={LIVE} selected />
        <SourceRow {...row} source={{ ...SOURCE, name: 'Lost (stale)', condition: 'lost' }} now={LOST} />
        <SourceRow {...row} source={{ ...SOURCE, name: 'Offline', condition: 'offline' }} now={OFFLINE} />
        <SourceRow {...row} source={{ ...SOURCE, name: 'Simulated', simulated: true }} now={LIVE} />
        <TrackRow {...row} className="person" number={12} sourceName="King Street" fading={false} />
        <TrackRow {...row} className="car" number={13} sourceName="King Street" fading />
      </div>
      <ul class="gallery-list">
        <StillRow icon={Server} name="Vision node" more="Connected" end={<Badge>Connected</Badge>} />
        <StillRow icon={Server} name="Camera agent" more="No heartbeat" end={<Badge tone="warn" hollow>Lost 4 s</Badge>} />
      </ul>
    </Section>
  )
}

function Tiles() {
  const tile = (name: string, inside: ComponentChildren) => (
    <figure class="gallery-tile">
      <div class="tile" style={{ aspectRatio: '4 / 3' }}>
        {inside}
      </div>
      <figcaption class="field-hint">{name}</figcaption>
    </figure>
  )
  return (
    <Section title="Picture tiles">
      <div class="gallery-tiles">
        {tile('live', <TileTop>{<StandingBadge of={LIVE} />}</TileTop>)}
        {tile('locked', <TileTop>{<Badge>Locked, 0.6 s behind</Badge>}</TileTop>)}
        {tile('simulated', <TileTop>{[<StandingBadge of={LIVE} />, <SimulatedBadge />]}</TileTop>)}
        {tile(
          'loading',
          <div class="tile-cover">
            <Waiting>Opening the picture</Waiting>
          </div>,
        )}
        {tile(
          'stale',
          <TileCover icon={VideoOff} title="Stopped 3 s ago" over>
            This is the last picture that came.
          </TileCover>,
        )}
        {tile(
          'lost',
          <TileCover icon={WifiOff} title="Lost 12 s">
            The last picture came at 14:03:22. It comes back here by itself.
          </TileCover>,
        )}
        {tile(
          'empty',
          <TileCover icon={VideoOff} title="No picture is being sent">
            It appears here as soon as the camera’s publisher connects.
          </TileCover>,
        )}
        {tile(
          'error',
          <TileCover icon={VideoOff} title="No vision node is connected." act={<Button>Try now</Button>}>
            Trying again in 4 s.
          </TileCover>,
        )}
      </div>
    </Section>
  )
}

const TileTop = ({ children }: { children: ComponentChildren }) => (
  <div class="tile-top">
    {children}
    <span class="tile-chip">10 fps</span>
  </div>
)

function Messages() {
  return (
    <Section title="Messages">
      <Banner title="No link to the station for 12 s.">
        Nothing on the map or in the list is newer than 14:03:22. The page reconnects by itself.
      </Banner>
      <Note>The footage was filmed elsewhere and is placed here for demonstration.</Note>
      <Note tone="warn">Detection does not work: the model file is not there.</Note>
      <ProblemCard problem={PROBLEM} kept="The camera is still there." />
      <Waiting>Asking the station for this camera</Waiting>
      <Empty icon={Cctv} title="No camera yet" act={<Button icon={Plus}>Add a camera</Button>}>
        A camera shows here as soon as an agent offers it.
      </Empty>
      <div class="dialog gallery-dialog">
        <DialogInside title="Dialog" titleId="gallery-dialog" onClose={nothing}>
          <p>Focus stays inside; Esc closes it; focus goes back where it was.</p>
          <div class="dialog-acts">
            <Button kind="primary">I have copied it</Button>
          </div>
        </DialogInside>
      </div>
    </Section>
  )
}

function Forms() {
  const [view, setView] = useState<'live' | 'locked'>('live')
  const field = (id: string, words: string, more: Record<string, unknown>) => (
    <div class="field" key={id}>
      <label for={id}>{words}</label>
      <input id={id} class="input" placeholder="51.4927" {...more} />
    </div>
  )
  return (
    <Section title="Fields">
      <div class="gallery-fields">
        {field('f-rest', 'Rest', {})}
        {field('f-hover', 'Hover', { class: 'input is-hover' })}
        {field('f-focus', 'Focus', { class: 'input is-focus' })}
        {field('f-error', 'Error', { 'aria-invalid': 'true', value: 'north', readOnly: true })}
        {field('f-disabled', 'Disabled', { disabled: true, value: '51.4927' })}
      </div>
      <Segments
        name="gallery-view"
        legend="View"
        options={[
          { value: 'live', words: 'Live' },
          { value: 'locked', words: 'Locked' },
        ]}
        value={view}
        onChoose={setView}
      />
      <Copyable label="WHIP address" text="https://station.example/whip/0198c1f2" />
    </Section>
  )
}

const COLUMNS = [
  { name: 'Name', cell: (row: string[]) => <b>{row[0]}</b> },
  { name: 'Role', cell: (row: string[]) => row[1] },
  { name: 'State', cell: (row: string[]) => (row[2] ? <Badge tone="warn">{row[2]}</Badge> : <Badge>In use</Badge>) },
]
const ROWS = [
  ['Asha Okafor', 'Admin', ''],
  ['Dev Patel', 'Supervisor', 'No second factor'],
]
const RESTING: Sending = { busy: false, problem: null, run: () => Promise.resolve(true), clear: nothing }

/** What the administrative screens are made of. */
function Office() {
  return (
    <Section title="Forms and tables">
      <div class="gallery-tiles">
        <Form sending={RESTING} go="Save" going="Saving" kept="" onSend={nothing}>
          <Field label="Name" hint="As colleagues know them." value="Asha Okafor" onInput={nothing} />
        </Form>
        <Form sending={RESTING} go="Save" going="Saving" kept="" whyNot="Give a username." onSend={nothing}>
          <Field label="Username" wrong="There is somebody of this name." value="asha" onInput={nothing} />
        </Form>
        <Form sending={{ ...RESTING, busy: true }} go="Save" going="Saving" kept="" onSend={nothing}>
          <Choice label="Role" value="a" options={[{ value: 'a', words: 'CCTV operator' }]} onChoose={nothing} />
        </Form>
        <Form sending={{ ...RESTING, problem: PROBLEM }} go="Save" going="Saving" kept="Nothing was changed." onSend={nothing}>
          <Field label="Note, or a reference" placeholder="CAD 1432" value="" onInput={nothing} />
        </Form>
      </div>
      <Table caption="A table" columns={COLUMNS} rows={ROWS} rowKey={(row) => row[0] ?? ''} onOpen={nothing} selected="Dev Patel" />
      <div class="cards">
        {(['warning', 'caution', 'information'] as const).map((severity, at) => (
          <AlertRow key={severity} of={{ ...ALERT, severity, state: (['new', 'new', 'acknowledged'] as const)[at] ?? 'new' }} age="5 min ago" open={at === 1} onOpen={nothing} />
        ))}
      </div>
    </Section>
  )
}
