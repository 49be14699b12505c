import { useLayoutEffect, useState } from 'preact/hooks'
import { signal } from '@preact/signals'
import { Download, Printer } from 'lucide'
import { Button } from '../ui/Button'
import { CopyButton } from '../ui/Copy'
import { Note } from '../ui/parts'

/** Whether recovery codes are on the page, and whether they were kept: nothing may take them away before. */
export const codesOnPage = signal<'none' | 'unkept' | 'kept'>('none')

const askBeforeLeaving = (event: BeforeUnloadEvent) => event.preventDefault()

/** Shown once: to save, print or write down before anything else. */
export function RecoveryCodeList({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const [kept, setKept] = useState(false)
  useLayoutEffect(() => {
    codesOnPage.value = kept ? 'kept' : 'unkept'
    if (!kept) addEventListener('beforeunload', askBeforeLeaving)
    return () => {
      removeEventListener('beforeunload', askBeforeLeaving)
      codesOnPage.value = 'none'
    }
  }, [kept])
  const text = codes.join('\n')
  const save = () => {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([`Kestrel recovery codes\n\n${text}\n`], { type: 'text/plain' }))
    link.download = 'kestrel-recovery-codes.txt'
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 1000)
    setKept(true)
  }
  const print = () => {
    window.print()
    setKept(true)
  }
  return (
    <section class="form printed" aria-label="Recovery codes">
      <Note tone="warn">
        Each code opens your account once if the app or the device is lost. They are shown this once; the station keeps
        only their fingerprints.
      </Note>
      <ol class="codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <div class="acts">
        <Button icon={Download} onPress={save}>
          Save as a file
        </Button>
        <Button icon={Printer} onPress={print}>
          Print
        </Button>
        <CopyButton what="all codes" text={text} />
      </div>
      <label class="check">
        <input type="checkbox" checked={kept} onChange={(event) => setKept(event.currentTarget.checked)} />
        I have kept them somewhere safe
      </label>
      <div class="dialog-acts">
        <Button kind="primary" {...(kept ? {} : { whyNot: 'Save, print or write them down first.' })} onPress={onDone}>
          Go on
        </Button>
      </div>
    </section>
  )
}
