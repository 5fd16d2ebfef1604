/** What the status page runs in the browser. */
import type { StatusData } from '../page/status-view.ts';
import { LivePage } from './live-page.ts';

const first = document.getElementById('first');
const main = document.getElementById('main');
const data = document.getElementById('data')?.textContent;
if (first !== null && main !== null && data) new LivePage(first, main, JSON.parse(data) as StatusData).start();
