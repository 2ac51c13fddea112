export { link } from '../en/link.ts'
