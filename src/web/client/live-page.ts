import { Fragment, h, hydrate, render } from 'preact';
import type { AlertPage, Status } from '../model.ts';
import { concerns } from '../page/concerns.ts';
import { levelTitle } from '../page/mark.ts';
import { statusPage } from '../page/status-page.ts';
import type { Link, StatusData, StatusView } from '../page/status-view.ts';
import { Announcer } from './announcer.ts';
import { learn, type News, newAlarm } from './state.ts';
import { ask, Stream } from './stream.ts';

/** News that come together are shown together. */
const SHOW_MS = 100;
const TICK_MS = 1_000;
const RELOAD_MS = 3_000;
/** Who comes back to the page wants to know at once whether it is true. */
const SHORT_SILENCE_MS = 3_000;

/** The status page, kept up to date in place. */
export class LivePage {
  readonly #first: Element;
  readonly #main: Element;
  readonly #stream: Stream;
  readonly #announcer: Announcer;
  #data: StatusData;
  #link: Link = { state: 'snapshot' };
  /** The daemon's clock minus ours. */
  #offsetMs = 0;
  #heardAt: number;
  #news = '';
  #alarm = '';
  /** News that come while everything is fetched anew, to be learnt after it. */
  #held: News[] | undefined;
  #isToReloadAgain = false;
  #showing: number | undefined;

  constructor(first: Element, main: Element, data: StatusData) {
    this.#first = first;
    this.#main = main;
    this.#data = data;
    this.#heardAt = Date.parse(data.status.now);
    this.#announcer = new Announcer(data.alerts[0]?.seq ?? 0);
    this.#stream = new Stream({
      onNews: (news) => this.#hear(news),
      onOpen: () => void this.#reload(),
      onLost: () => this.#lose(),
    });
  }

  start(): void {
    this.#setClock(this.#data.status);
    const view: StatusView = { ...this.#view(), now: this.#heardAt };
    hydrate(h(Fragment, null, concerns(view)), this.#first);
    hydrate(h(Fragment, null, statusPage(view)), this.#main);
    this.#stream.open();
    setInterval(() => this.#tick(), TICK_MS);
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.#comeBack();
    });
    addEventListener('online', () => this.#comeBack());
    addEventListener('pageshow', (event) => {
      if (event.persisted) this.#stream.open();
    });
  }

  #comeBack(): void {
    this.#show();
    void this.#stream.check(SHORT_SILENCE_MS);
  }

  #hear(news: News): void {
    this.#heardAt = this.#now();
    if (this.#held !== undefined) this.#held.push(news);
    if (news.type === 'status') this.#setClock(news.status);
    if (news.type === 'alert') this.#announcer.hear(news.row);
    if (news.type === 'reset') for (const row of news.alerts.toReversed()) this.#announcer.hear(row);
    this.#set(learn(this.#data, news));
  }

  #set(data: StatusData): void {
    const alarm = newAlarm(this.#data.status, data.status);
    if (alarm !== '' || data.status.level !== 'red') this.#alarm = alarm;
    this.#data = data;
    // At once: in the background timers are slow, and the title is what is seen.
    document.title = levelTitle(data.status.level);
    this.#showing ??= window.setTimeout(() => this.#show(), SHOW_MS);
  }

  /** Everything anew, as there may be holes in what is known. */
  async #reload(): Promise<void> {
    if (this.#held !== undefined) {
      this.#isToReloadAgain = true;
      return;
    }
    this.#isToReloadAgain = false;
    const held: News[] = [];
    this.#held = held;
    try {
      const [status, page] = await Promise.all([ask<Status>('/api/status'), ask<AlertPage>('/api/alerts?count=50')]);
      this.#setClock(status);
      this.#heardAt = this.#now();
      if (this.#stream.isOpen) this.#link = { state: 'live' };
      for (const row of page.alerts.toReversed()) this.#announcer.hear(row);
      this.#set(held.reduce(learn, { status, alerts: page.alerts }));
    } catch {
      this.#lose();
      setTimeout(() => this.#reloadIfOpen(), RELOAD_MS);
    } finally {
      this.#held = undefined;
    }
    if (this.#isToReloadAgain) void this.#reload();
  }

  /** A stream that is not open begins with everything anew. */
  #reloadIfOpen(): void {
    if (this.#stream.isOpen) void this.#reload();
  }

  #lose(): void {
    if (this.#link.state !== 'lost') this.#link = { state: 'lost', since: this.#heardAt };
    this.#show();
  }

  #tick(): void {
    void this.#stream.check();
    this.#news = this.#announcer.next(performance.now()) ?? this.#news;
    if (document.visibilityState === 'visible') this.#show();
  }

  #show(): void {
    clearTimeout(this.#showing);
    this.#showing = undefined;
    const view = this.#view();
    document.documentElement.classList.toggle('stale', view.link.state === 'lost');
    render(h(Fragment, null, concerns(view)), this.#first);
    render(h(Fragment, null, statusPage(view)), this.#main);
  }

  #view(): StatusView {
    return { ...this.#data, link: this.#link, now: this.#now(), news: this.#news, alarm: this.#alarm };
  }

  #setClock({ now }: Status): void {
    this.#offsetMs = Date.parse(now) - Date.now();
  }

  #now(): number {
    return Date.now() + this.#offsetMs;
  }
}
