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
import './ui/papers.css'
import { render } from 'preact'
import { refreshSession } from './live/session'
import { App } from './panels/App'
import { startTheme } from './ui/theme'
import { startDiagnostics } from './video/diagnostics'

startDiagnostics(location.search)
startTheme()
void refreshSession()
const root = document.getElementById('app')
if (root) {
  root.textContent = ''
  render(<App />, root)
}
