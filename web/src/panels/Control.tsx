// Who flies a vehicle: take control, hand it back, or take it over from somebody and say why.

import { useState } from 'preact/hooks'
import { Joystick, LogOut } from 'lucide'
import { me, whyNot } from '../live/session'
import { stationNow, timeWords } from '../live/time'
import { controlledBy, handingBack } from '../live/vehicles'
import { Button } from '../ui/Button'
import { Field, Form, useSending, type Sending } from '../ui/Field'
import { Note, ProblemCard } from '../ui/parts'
import { handBack, takeControl } from '../wire/flight'
import type { ControlView, VehicleView } from '../wire/types'

export function Control({ vehicle }: { vehicle: VehicleView }) {
  const sending = useSending()
  const id = vehicle.vehicle_id
  const take = () => {
    handingBack.delete(id)
    void sending.run(() => takeControl(id, { take_over: false, reason: '' }))
  }
  const giveBack = async () => {
    handingBack.add(id)
    if (!(await sending.run(() => handBack(id)))) handingBack.delete(id)
  }
  return (
    <ControlForm
      control={vehicle.control}
      mine={controlledBy(vehicle, me.value?.user_id)}
      whyNot={whyNot('fly')}
      sending={sending}
      onTake={take}
      onTakeOver={(reason) => void sending.run(() => takeControl(id, { take_over: true, reason }))}
      onHandBack={() => void giveBack()}
    />
  )
}

export interface ControlFormProps {
  control: ControlView | null
  mine: boolean
  whyNot: string
  sending: Sending
  onTake: () => void
  onTakeOver: (reason: string) => void
  onHandBack: () => void
  /** For the component page. */
  asked?: boolean
}

export function ControlForm(props: ControlFormProps) {
  const { control, mine, sending } = props
  const busy = sending.busy ? { busy: 'Asking the station' } : {}
  const since = control && timeWords(Date.parse(control.taken_at), stationNow())
  return (
    <div class="control">
      <p class="control-who">
        {control === null && 'Nobody has control.'}
        {control && mine && (
          <>
            <b>You have control</b> since {since}.
          </>
        )}
        {control && !mine && (
          <>
            <b>{control.display_name}</b> has control since {since}.
          </>
        )}
      </p>
      {mine ? (
        <Button icon={LogOut} {...busy} onPress={props.onHandBack}>
          Hand back control
        </Button>
      ) : control === null ? (
        <Button kind="primary" icon={Joystick} whyNot={props.whyNot} {...busy} onPress={props.onTake}>
          Take control
        </Button>
      ) : (
        <TakeOver {...props} name={control.display_name} />
      )}
      {sending.problem && (control === null || mine) && <ProblemCard problem={sending.problem} kept="Control is as it was." />}
    </div>
  )
}

function TakeOver(props: ControlFormProps & { name: string }) {
  const [asked, setAsked] = useState(props.asked ?? false)
  const [reason, setReason] = useState('')
  if (!asked || props.whyNot) {
    return (
      <Button icon={Joystick} whyNot={props.whyNot} onPress={() => setAsked(true)}>
        Take over
      </Button>
    )
  }
  return (
    <>
      <Note>{props.name}’s page says at once that you took over. Your reason is recorded.</Note>
      <Form
        sending={props.sending}
        go="Take over control"
        going="Asking the station"
        kept="Control is as it was."
        whyNot={reason.trim() ? '' : 'Say why first.'}
        also={<Button onPress={() => setAsked(false)}>Cancel</Button>}
        onSend={() => props.onTakeOver(reason.trim())}
      >
        <Field label="Why you take over" maxLength={200} value={reason} onInput={setReason} />
      </Form>
    </>
  )
}
