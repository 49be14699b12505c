import './ui/fonts.css'
import './ui/tokens.css'
import './ui/base.css'
import './ui/components.css'
import './ui/tile.css'
import './ui/frame.css'
import './ui/screen.css'
import './ui/vehicle.css'
import './ui/zones.css'
import './ui/verdict.css'
import './ui/gallery.css'
import { render } from 'preact'
import { Gallery } from './gallery/Gallery'
import { startTheme } from './ui/theme'

startTheme()
// Symbols are drawn on a canvas, which does not wait for the font.
void document.fonts.load('600 12px Inter').then(() => {
  const root = document.getElementById('app')
  if (!root) return
  root.textContent = ''
  render(<Gallery />, root)
})
