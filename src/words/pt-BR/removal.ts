export { removal } from '../en/removal.ts'
