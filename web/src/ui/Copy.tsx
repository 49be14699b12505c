import { useEffect, useState } from 'preact/hooks'
import { Check, Copy } from 'lucide'
import { Button } from './Button'

/** Copies text; says so for two seconds. */
export function CopyButton({ what, text }: { what: string; text: string }) {
  const [state, setState] = useState<'rest' | 'copied' | 'refused'>('rest')
  useEffect(() => {
    if (state === 'rest') return
    const timer = setTimeout(() => setState('rest'), 2000)
    return () => clearTimeout(timer)
  }, [state])
  const copy = () => {
    // Browsers offer the clipboard on HTTPS and on this machine only.
    const wrote = navigator.clipboard ? navigator.clipboard.writeText(text) : Promise.reject(new Error('no clipboard'))
    wrote.then(
      () => setState('copied'),
      () => setState('refused'),
    )
  }
  const label = { rest: `Copy ${what}`, copied: 'Copied', refused: 'Select it and copy by hand' }[state]
  return <Button kind="quiet" icon={state === 'copied' ? Check : Copy} label={label} onPress={copy} />
}

export function Copyable({ label, text }: { label: string; text: string }) {
  return (
    <div class="field">
      <span class="field-label">{label}</span>
      <div class="copyable">
        <code>{text}</code>
        <CopyButton what={label.toLowerCase()} text={text} />
      </div>
    </div>
  )
}
