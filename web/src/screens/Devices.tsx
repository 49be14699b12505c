// Devices somebody is signed in on, each with the way to end that at once.

import { LogOut, MonitorSmartphone } from 'lucide'
import { HoldButton } from '../ui/Button'
import { useSending } from '../ui/Field'
import { Badge, Empty, ProblemCard } from '../ui/parts'
import { ago, at } from './words'
import type { SignInView } from '../wire/types'

export function DeviceList(props: { devices: SignInView[]; whyNot?: string; onEnd: (id: string) => Promise<void> }) {
  const sending = useSending()
  if (props.devices.length === 0) {
    return (
      <Empty icon={MonitorSmartphone} title="Not signed in anywhere">
        Devices appear here as soon as this account signs in, and can be signed out from here.
      </Empty>
    )
  }
  return (
    <>
      <ul class="cards">
        {props.devices.map((device) => (
          <li key={device.sign_in_id} class="device">
            <div>
              <p>
                <b>{device.device || 'Unknown device'}</b> {device.this_one && <Badge tone="live">This one</Badge>}
              </p>
              <p class="row-more">
                {device.address} · seen {ago(device.seen_at)} · since {at(device.signed_in_at)}
                {device.second_factor ? ' · with a second factor' : ' · password only'}
              </p>
            </div>
            <HoldButton
              icon={LogOut}
              {...(props.whyNot ? { whyNot: props.whyNot } : {})}
              onHeld={() => void sending.run(() => props.onEnd(device.sign_in_id))}
            >
              Hold to sign out
            </HoldButton>
          </li>
        ))}
      </ul>
      {sending.problem && <ProblemCard problem={sending.problem} kept="The device is still signed in." />}
    </>
  )
}
