// Prints the script that audits the accessibility of a page, to be run in that page.
import { readFileSync } from 'node:fs';

process.stdout.write(readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8'));
