'use strict';

const house = document.body.dataset;
const hooks = '/hooks/africastalking/' + encodeURIComponent(house.secret);
const screenLimit = 160;
const pollEvery = 600;

// A number as the gateways write it, or '' for what cannot be one.
function international(typed) {
  const digits = typed.replace(/[\s().-]/g, '');
  if (/^0\d{9}$/.test(digits)) return '+254' + digits.slice(1);
  if (/^[17]\d{8}$/.test(digits)) return '+254' + digits;
  if (/^254\d{9}$/.test(digits)) return '+' + digits;
  return /^\+\d{8,15}$/.test(digits) ? digits : '';
}

function hex(bytes) {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), b => b.toString(16).padStart(2, '0')).join('');
}

function form(pairs) { return new URLSearchParams(pairs); }

function make(tag, className, text) {
  const e = document.createElement(tag);
  if (className) e.className = className;
  e.textContent = text;
  return e;
}

function clock(at) {
  return at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}

class Handset {
  constructor(root) {
    this.root = root;
    this.title = root.dataset.title;
    this.code = root.id !== 'reporter' && house.staff || house.code;  // what the green key dials
    for (const part of ['display', 'entry', 'number', 'state', 'count', 'mail']) this[part] = root.querySelector('.' + part);
    this.softs = { left: root.querySelector('.softs .left'), right: root.querySelector('.softs .right') };
    this.messages = [];
    this.read = new Set();
    this.call = null;   // the USSD call on the line
    this.busy = false;
    this.listen();
    this.setNumber();
    this.home();
  }

  listen() {
    this.root.addEventListener('click', e => {
      const key = e.target.closest('.key');
      if (!key) return;
      if (key.dataset.key) this.type(key.dataset.key);
      else this[key.dataset.do]();  // left, right, green or red
    });
    this.root.addEventListener('keydown', e => this.keydown(e));
    this.entry.addEventListener('input', () => this.showCount());
    this.number.addEventListener('change', () => this.setNumber());
  }

  keydown(e) {
    if (e.ctrlKey || e.altKey || e.metaKey || e.target === this.number) return;
    if (e.key === 'Escape') { e.preventDefault(); this.red(); return; }
    if (e.key === 'Enter' && (e.target === this.entry || e.target === this.display)) { e.preventDefault(); this.green(); return; }
    if (e.target === this.entry) return;
    if (/^[0-9*#]$/.test(e.key)) { e.preventDefault(); this.press(e.key); this.type(e.key); }
    else if (e.key === 'Backspace') { e.preventDefault(); this.erase(); }
  }

  // press shows on the keypad what the keyboard typed.
  press(key) {
    for (const b of this.root.querySelectorAll('.key[data-key]')) {
      if (b.dataset.key !== key) continue;
      b.classList.add('down');
      setTimeout(() => b.classList.remove('down'), 120);
    }
  }

  setNumber() {
    const number = international(this.number.value);
    this.number.setAttribute('aria-invalid', number ? 'false' : 'true');
    if (!number || number === this.phone) return;
    if (this.call) this.hangUp();
    this.phone = number;
    this.known = null;  // its old messages do not ring
    this.root.classList.remove('ringing');
    this.messages = [];
    this.read.clear();
    if (this.mode) this.home();
    bench.poll();
  }

  type(key) {
    if (this.mode === 'ended') this.home();
    if (this.mode === 'inbox') this.home();
    this.entry.value += key;
    this.showCount();
  }

  erase() { this.entry.value = this.entry.value.slice(0, -1); this.showCount(); }

  show(mode, state, left, right, placeholder) {
    this.mode = mode;
    this.state.textContent = state;
    this.softs.left.textContent = left;
    this.softs.right.textContent = right;
    this.root.querySelector('[data-do="left"]').setAttribute('aria-label', 'Left key: ' + (left || 'nothing'));
    this.root.querySelector('[data-do="right"]').setAttribute('aria-label', 'Right key: ' + (right || 'nothing'));
    this.entry.value = '';
    this.entry.placeholder = placeholder;
    this.display.replaceChildren();
    this.display.scrollTop = 0;
    this.showMail();
  }

  home() {
    this.show('home', 'Ripoti net', 'Messages', 'Delete', 'green key: ' + this.code);
    this.display.append(make('div', 'big', clock(new Date())), make('div', 'dim', this.phone || ''));
    this.showCount();
  }

  // showCount counts what is on the screen of a call, else what is being written.
  showCount() {
    const onScreen = this.mode === 'ussd' || this.mode === 'ended';
    const n = onScreen ? this.shown.length : this.entry.value.length;
    const writing = this.mode === 'write' || this.mode === 'message';
    this.count.textContent = onScreen || (writing && n) ? n + '/' + screenLimit : '';
    this.count.classList.toggle('over', n > screenLimit);
  }

  showMail() {
    const unread = this.messages.filter(m => !this.read.has(m.id)).length;
    this.mail.hidden = unread === 0;
    this.mail.textContent = '\u2709 ' + unread;
    this.mail.setAttribute('aria-label', unread + ' unread');
  }

  // The keys under the screen.
  left() {
    if (this.mode === 'inbox' || this.mode === 'message') this.write();
    else if (this.mode !== 'ussd') this.inbox();
  }

  right() {
    if (this.mode === 'inbox') this.home();
    else if (this.mode === 'message') this.inbox();
    else if (this.mode === 'ended') this.home();
    else this.erase();
  }

  // The green key.
  green() {
    const typed = this.entry.value;
    switch (this.mode) {
      case 'ussd': this.answer(typed); break;
      case 'write': if (typed.trim()) this.send(typed); break;
      case 'message': if (typed.trim()) this.send(typed); else this.dial(this.code); break;
      case 'home': case 'ended': case 'inbox': this.dial(typed || this.code);
    }
  }

  // The red key.
  red() {
    if (this.call) this.hangUp();
    this.home();
  }

  async dial(code) {
    const base = [house.code, house.staff].find(c => c && (code === c || code.startsWith(c.slice(0, -1) + '*') && code.endsWith('#')));
    if (!base) {
      this.home();
      this.display.replaceChildren(make('div', 'big', code), make('div', 'dim', 'Nobody answers there. Dial ' + this.code));
      return;
    }
    this.call = { id: 'ATUid_' + hex(16), began: Date.now(), hops: 0, last: '', code: base, text: code === base ? '' : code.slice(base.length, -1) };
    this.shown = '';
    this.show('ussd', 'USSD', '', 'Delete', '');
    this.display.append(make('div', 'dim', 'USSD code running ...'));
    await this.ask();
  }

  async answer(typed) {
    if (this.busy || !this.call) return;
    this.call.text = this.call.hops ? (this.call.text ? this.call.text + '*' + typed : typed) : typed;
    await this.ask();
  }

  async ask() {
    const call = this.call;
    this.busy = true;
    let body;
    try {
      const response = await fetch(hooks + '/ussd', { method: 'POST', body: form([
        ['phoneNumber', this.phone], ['serviceCode', call.code], ['text', call.text], ['sessionId', call.id], ['networkCode', '99999']]) });
      body = response.ok ? await response.text() : '';
    } catch { body = ''; }
    this.busy = false;
    if (this.call !== call) return;  // hung up meanwhile
    call.hops++;
    if (!/^(CON|END) /.test(body)) body = 'END Connection problem or invalid MMI code.';
    this.shown = body.slice(4);
    call.last = this.shown;
    if (body.startsWith('END')) {
      this.call = null;
      this.show('ended', 'USSD, ended', 'Messages', 'OK', '');
    } else {
      this.show('ussd', 'USSD', '', 'Delete', 'answer, then green key');
    }
    this.display.textContent = this.shown;
    this.showCount();
  }

  // hangUp tells what a gateway tells when a line is cut.
  hangUp() {
    const call = this.call;
    this.call = null;
    fetch(hooks + '/ussd-event', { method: 'POST', keepalive: true, body: form([
      ['date', new Date().toISOString().slice(0, 19).replace('T', ' ')], ['sessionId', call.id], ['serviceCode', call.code],
      ['networkCode', '99999'], ['phoneNumber', this.phone], ['status', 'Incomplete'], ['cost', 'KES 0.00'],
      ['durationInMillis', String(Date.now() - call.began)], ['hopsCount', String(call.hops)], ['input', call.text], ['lastAppResponse', call.last]]) }).catch(() => {});
  }

  inbox() {
    this.show('inbox', 'Messages', 'Write', 'Back', '');
    if (!this.messages.length) this.display.append(make('div', 'dim', '\n\nNo messages'));
    for (const m of [...this.messages].reverse()) {
      const item = make('button', this.read.has(m.id) ? 'item' : 'item new', clock(new Date(m.at)) + ' ' + m.body);
      item.type = 'button';
      item.addEventListener('click', () => this.open(m));
      this.display.append(item);
    }
    this.showCount();
  }

  open(m) {
    this.read.add(m.id);
    this.opened = m;
    this.show('message', 'Message', 'Write', 'Back', 'reply, then green key');
    this.display.append(make('div', 'from', clock(new Date(m.at)) + '  ' + m.body.length + ' chars  ' + m.status), document.createTextNode(m.body));
    this.showCount();
  }

  write() {
    this.show('write', 'New message', '', 'Delete', 'type, then green key');
    this.display.append(make('div', 'dim', '\nTo ' + (house.shortcode || 'Ripoti')));
    this.showCount();
    this.entry.focus();
  }

  // provider is the gateway a text goes by; phones without a switch use the first.
  provider() {
    const chosen = this.root.querySelector('.provider');
    return chosen ? chosen.value : '';
  }

  async send(body) {
    if (this.busy) return;
    this.busy = true;
    this.came = null;  // what rings before the gateway has answered
    this.show('sending', 'Sending', '', '', '');
    this.display.append(make('div', 'from', 'You'), document.createTextNode(body));
    let outcome = 'Sent';
    try {
      const response = await fetch('/dev/sms', { method: 'POST', body: form([['from', this.phone], ['body', body], ['provider', this.provider()]]) });
      if (!response.ok) outcome = 'Not sent: ' + (await response.text()).trim();
    } catch { outcome = 'Not sent'; }
    this.busy = false;
    if (this.mode === 'sending') {
      this.state.textContent = outcome;
      this.softs.left.textContent = 'Messages';
      this.mode = 'ended';
      this.shown = body;
      if (this.came && outcome === 'Sent') this.open(this.came);
    }
    bench.poll();
  }

  // take is every message there is; new ones for this phone ring.
  take(all) {
    if (!this.phone) return;
    const mine = all.filter(m => m.to === this.phone);
    const first = this.known === null;
    const fresh = first ? [] : mine.filter(m => !this.known.has(m.id));
    this.known = new Set(mine.map(m => m.id));
    this.messages = mine;
    if (first) mine.forEach(m => this.read.add(m.id));
    const open = this.opened && mine.find(m => m.id === this.opened.id);
    if (this.mode === 'message' && open && open.status !== this.opened.status && !this.entry.value) this.open(open);
    if (fresh.length) this.ring(fresh[fresh.length - 1]);
    else this.showMail();
    if (this.mode === 'inbox' && fresh.length) this.inbox();
  }

  ring(m) {
    this.root.classList.remove('ringing');
    void this.root.offsetWidth;  // lets the animation start again
    this.root.classList.add('ringing');
    clearTimeout(this.still);
    this.still = setTimeout(() => this.root.classList.remove('ringing'), 1600);
    document.getElementById('announce').textContent = this.title + ': new message. ' + m.body;
    const idle = this.mode !== 'ussd' && this.mode !== 'write' && this.mode !== 'sending' && !this.entry.value;
    if (this.mode === 'sending') this.came = m;
    if (idle) this.open(m); else this.showMail();
  }
}

// bench asks for messages as long as the page is looked at.
const bench = {
  tag: '',
  handsets: [],
  async poll() {
    clearTimeout(this.next);
    try {
      const response = await fetch('/dev/messages.json', { headers: this.tag ? { 'If-None-Match': this.tag } : {}, cache: 'no-store' });
      if (response.ok) {
        this.tag = response.headers.get('ETag') || '';
        this.all = await response.json();
      }
      if (this.all) for (const h of this.handsets) h.take(this.all);
    } catch { /* the house is down for a moment: ask again */ }
    clearTimeout(this.next);
    this.next = setTimeout(() => this.poll(), pollEvery);
  },
};

for (const root of document.querySelectorAll('.handset')) bench.handsets.push(new Handset(root));
bench.poll();
