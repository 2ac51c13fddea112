export { worker } from '../en/worker.ts'
