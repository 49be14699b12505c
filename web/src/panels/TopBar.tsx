// Place, time, who I am, what state the link and the biometrics are in.

import { Bell, CircleUserRound, Keyboard, LogOut, Moon, ScanFace, ServerCrash, Sun, SunDim, Wifi, WifiOff } from 'lucide'
import { useState } from 'preact/hooks'
import { alertsProblem, newAlerts, nextAlert } from '../live/alerts'
import { link } from '../live/link'
import { dialog, go } from '../live/place'
import { roleWords } from '../live/roles'
import { may, signOut } from '../live/session'
import { systemSummary } from '../live/system'
import { ageWords, localClock, secondTick, stationNow, timeWords, utcClock } from '../live/time'
import { Button } from '../ui/Button'
import { Icon } from '../ui/Icon'
import { ProblemCard, Segments } from '../ui/parts'
import { setTheme, theme, type Theme } from '../ui/theme'
import { asProblem } from '../wire/problems'
import { PurposeState } from './Purpose'
import { SoundState } from './SoundState'
import type { Problem, Session } from '../wire/types'

export function TopBar({ of }: { of: Session }) {
  return (
    <header class="topbar">
      <div class="brand">
        <img src="/kestrel.svg" alt="" width="28" height="28" />
        <h1>
          <span class="brand-name">Kestrel</span>
          <span class="place">Hammersmith &amp; Fulham</span>
        </h1>
      </div>
      <Clocks />
      <span class="topbar-space" />
      {of.demo && <span class="badge badge-hatch topbar-wide">Demonstration footage</span>}
      <span class="state topbar-wide" title="No face is searched for or matched: there is no such function in this release.">
        <Icon of={ScanFace} />
        <span>
          Biometrics: <b>off</b>
        </span>
      </span>
      <SystemState />
      <PurposeState />
      <AlertCount />
      <SoundState />
      <LinkState />
      <button class="button button-quiet who" type="button" popovertarget="menu">
        <Icon of={CircleUserRound} />
        <span class="who-words">
          <span class="who-name">{of.display_name ?? of.username}</span>
          <span class="who-role">{roleWords(of.role)}</span>
        </span>
        <span class="visually-hidden">menu</span>
      </button>
      <Menu of={of} />
    </header>
  )
}

/** Only when something is wrong: everybody learns that, and who runs the station what. */
function SystemState() {
  const now = systemSummary.value
  if (!now || now.status === 'ok' || link.value.state !== 'live') return null
  const problems = now.problems.map((p) => p.problem).join(' ')
  const words = problems || 'Whoever runs the station sees what, under System.'
  return (
    <button type="button" class="button button-quiet state-warn" title={words} aria-label={`System degraded. ${words}`} onClick={() => go(may('see_system') ? 'system' : 'more')}>
      <Icon of={ServerCrash} />
      <span class="topbar-wide">System degraded</span>
    </button>
  )
}

/** How many alerts nobody has taken up; the one thing that flashes, and only for warnings. */
function AlertCount() {
  if (!may('see_alerts')) return null
  const fresh = newAlerts.value
  const urgent = fresh.some((alert) => alert.severity === 'warning')
  const unknown = alertsProblem.value !== null
  const words = unknown ? 'Alerts: not known' : `${fresh.length} new ${fresh.length === 1 ? 'alert' : 'alerts'}`
  return (
    <>
      <button
        type="button"
        class={`button button-quiet alert-count${fresh.length > 0 ? ' has-new' : ''}${urgent ? ' is-urgent' : ''}`}
        aria-label={words}
        title={words}
        onClick={nextAlert}
      >
        <Icon of={Bell} />
        <span>{unknown ? '?' : fresh.length}</span>
      </button>
      <span class="visually-hidden" role="status">
        {fresh[0] && `New alert: ${fresh[0].text}`}
      </span>
    </>
  )
}

function zone(ms: number): string {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' }).formatToParts(ms)
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? 'local'
}

function Clocks() {
  void secondTick.value
  const ms = stationNow()
  return (
    <div class="clocks">
      <span>
        <b>{utcClock(ms)}</b> UTC
      </span>
      {zone(ms) !== 'UTC' && (
        <span class="topbar-wide">
          <b>{localClock(ms)}</b> {zone(ms)}
        </span>
      )}
    </div>
  )
}

function LinkState() {
  const now = link.value
  if (now.state === 'live') {
    return (
      <span class="state state-live" role="status">
        <Icon of={Wifi} />
        <span class="topbar-wide">Linked</span>
      </span>
    )
  }
  void secondTick.value
  const words = now.state === 'lost' ? `${now.slow ? 'Slow link' : 'No link'} ${ageWords(Date.now() - now.sinceMs)}` : 'Connecting'
  return (
    <span class={`state link-words${now.state === 'lost' ? ' state-warn' : ''}`}>
      <Icon of={WifiOff} />
      <span>{words}</span>
    </span>
  )
}

const THEMES: { value: Theme; words: string; icon: typeof Sun }[] = [
  { value: 'dark', words: 'Dark', icon: Moon },
  { value: 'night', words: 'Night', icon: SunDim },
  { value: 'daylight', words: 'Daylight', icon: Sun },
]

function Menu({ of }: { of: Session }) {
  const [problem, setProblem] = useState<Problem | null>(null)
  const leave = () => {
    signOut().catch((error: unknown) => setProblem(asProblem(error)))
  }
  const keys = () => {
    document.getElementById('menu')?.hidePopover()
    dialog.value = 'keys'
  }
  const account = () => {
    document.getElementById('menu')?.hidePopover()
    go('account')
  }
  return (
    <div id="menu" class="menu" popover="auto">
      <div>
        <p class="menu-name">{of.display_name ?? of.username}</p>
        <p class="row-more">
          {roleWords(of.role)}
          {of.expires_at && ` · signed in until ${timeWords(Date.parse(of.expires_at), stationNow())}`}
        </p>
      </div>
      <div class="field">
        <span class="field-label">Light</span>
        <Segments name="theme" legend="Light" options={THEMES} value={theme.value} onChoose={setTheme} />
      </div>
      <Button wide icon={CircleUserRound} onPress={account}>
        Your account
      </Button>
      <Button wide icon={Keyboard} onPress={keys}>
        Keys
      </Button>
      <Button wide icon={LogOut} onPress={leave}>
        Sign out
      </Button>
      {problem && <ProblemCard problem={problem} kept="You are still signed in." />}
      <p class="row-more">{of.software}</p>
    </div>
  )
}
