import './no-eval.ts'
import './app.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { applyTheme } from '../lib/theme.ts'
import { App } from './App.tsx'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
applyTheme()
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
