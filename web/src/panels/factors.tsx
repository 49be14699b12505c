// Setting up a second factor: an authenticator app (picture, typed secret, code, recovery codes) or a
// passkey. Used where a role must have one, and on the account screen.

import { useState } from 'preact/hooks'
import { addPasskey, beginPasskey, confirmAuthenticator, offerAuthenticator } from '../wire/account'
import { makePasskey, passkeysWork, WHY_NO_PASSKEYS } from '../wire/passkeys'
import { Copyable } from '../ui/Copy'
import { Field, Form, useSending } from '../ui/Field'
import { RecoveryCodeList } from './RecoveryCodes'
import type { AuthenticatorOffer } from '../wire/types'

export function SetUpAuthenticator({ onDone }: { onDone: () => void }) {
  const [password, setPassword] = useState('')
  const [offer, setOffer] = useState<AuthenticatorOffer | null>(null)
  const [code, setCode] = useState('')
  const [codes, setCodes] = useState<string[] | null>(null)
  const sending = useSending()
  if (codes) return <RecoveryCodeList codes={codes} onDone={onDone} />
  if (!offer) {
    return (
      <Form
        sending={sending}
        go="Show the picture to scan"
        going="Making a secret"
        kept="Nothing was changed."
        {...(password ? {} : { whyNot: 'Type your password first.' })}
        onSend={() => void sending.run(async () => setOffer(await offerAuthenticator(password)))}
      >
        <Field label="Your password again" type="password" autocomplete="current-password" value={password} onInput={setPassword} focus />
      </Form>
    )
  }
  return (
    <Form
      sending={sending}
      go="Confirm"
      going="Checking"
      kept="The authenticator is not in use yet; the same picture still holds."
      {...(/^\d{6}$/.test(code.replaceAll(' ', '')) ? {} : { whyNot: 'Type the six digits that the app shows.' })}
      onSend={() =>
        void sending.run(async () => setCodes((await confirmAuthenticator(code.replaceAll(' ', ''))).codes))
      }
    >
      <p>Scan this with an authenticator app on your phone, then type the code that it shows.</p>
      <QrPicture svg={offer.qr_svg} />
      <Copyable label="Or type this secret into the app" text={offer.secret} />
      <Field label="Code from the app" numeric autocomplete="one-time-code" maxLength={7} value={code} onInput={setCode} />
    </Form>
  )
}

/** As an image: whatever the SVG holds, it runs nothing. */
function QrPicture({ svg }: { svg: string }) {
  const named = svg.includes('xmlns=') ? svg : svg.replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"')
  return <img class="qr" alt="The secret as a picture to scan" src={`data:image/svg+xml,${encodeURIComponent(named)}`} />
}

export function SetUpPasskey({ onDone }: { onDone: () => void }) {
  const [password, setPassword] = useState('')
  const [name, setName] = useState('')
  const sending = useSending()
  const send = async () => {
    const { options } = await beginPasskey(password)
    await addPasskey({ name: name.trim(), credential: await makePasskey(options) })
    onDone()
  }
  const missing = !name.trim() ? 'Give it a name, to know it again.' : !password ? 'Type your password first.' : ''
  const whyNot = passkeysWork() ? missing : WHY_NO_PASSKEYS
  return (
    <Form
      sending={sending}
      go="Make a passkey"
      going="Waiting for the device"
      kept="No passkey was added."
      {...(whyNot ? { whyNot } : {})}
      onSend={() => void sending.run(send)}
    >
      <p>A passkey is kept by this device or a security key, and opened with your finger, face or PIN.</p>
      <Field label="Name of the passkey" placeholder="Control room desk 2" maxLength={60} value={name} onInput={setName} />
      <Field label="Your password again" type="password" autocomplete="current-password" value={password} onInput={setPassword} />
    </Form>
  )
}
