export { boot } from '../en/boot.ts'
