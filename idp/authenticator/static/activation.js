// The form with which an account is added: a code, and which app this page rehearses.

import { wantsBroker } from './broker.js';
import { at, show, write } from './dom.js';

const LINK_CODE = /^[A-Za-z0-9_-]{22}$/; // what stands in the QR code and the link

// Returns the code in what was typed or pasted, or null. A whole address may be pasted; an East
// Asian keyboard types digits of full width.
function activationCode(typed) {
  const code = typed.split('#').pop().trim();
  if (LINK_CODE.test(code)) return code;
  const digits = code.normalize('NFKC').replace(/[^0-9]/g, '');
  return digits.length === 9 ? digits : null;
}

export class ActivationForm {
  // `register(code, app)` activates; `app` says what this page is: its platform and version.
  // `isFirst()` says whether there is no account yet.
  constructor({ register, isFirst }) {
    Object.assign(this, { register, isFirst });
    at('add').addEventListener('click', () => this.show(true, true));
    at('cancel-activation').addEventListener('click', () => this.show(false));
    at('platform').addEventListener('change', () => this.#nameVersion());
    at('activation-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#activate(at('code').value);
    });
    addEventListener('hashchange', () => this.activateFromAddress());
    at('broker').addEventListener('change', () => this.#followBroker());
    if (wantsBroker()) this.#chooseBroker();
    this.#nameVersion();
  }

  show(visible, byHand = false) {
    const first = this.isFirst();
    show(at('activation'), visible);
    show(at('cancel-activation'), !first);
    show(at('add'), !visible && !first);
    write(at('activation-problem'), '');
    at('code').removeAttribute('aria-invalid');
    at('code').value = '';
    if (byHand) at('code').focus();
  }

  // The code leaves the address bar before it is used, so that no history keeps it.
  async activateFromAddress() {
    const code = decodeURIComponent(location.hash.slice(1));
    if (!code) return;
    history.replaceState(null, '', location.pathname + location.search);
    this.show(true);
    await this.#activate(code);
  }

  async #activate(typed) {
    const code = activationCode(typed);
    if (!code) return this.#refuse('An activation code has nine digits.');
    at('activate').disabled = true;
    try {
      await this.register(code, this.#app());
      this.show(false);
    } catch (failure) {
      this.#refuse(failure.message);
      if (typed !== at('code').value) at('code').value = typed; // to be tried as another app
    } finally {
      at('activate').disabled = false;
    }
    return undefined;
  }

  #app() {
    const app = { platform: at('platform').value, app_version: at('app-version').value.trim() };
    return at('broker').checked ? { ...app, broker: true } : app;
  }

  // The address asks for it: /authenticator/?broker=1
  #chooseBroker() {
    at('advanced').open = true;
    at('broker').checked = true;
    this.#followBroker();
  }

  // Only iOS has broker flows.
  #followBroker() {
    if (at('broker').checked) at('platform').value = 'ios';
    this.#nameVersion();
  }

  #nameVersion() {
    at('app-version').value = at('platform').selectedOptions[0].dataset.version;
    if (at('platform').value !== 'ios') at('broker').checked = false;
  }

  #refuse(problem) {
    write(at('activation-problem'), problem);
    at('code').setAttribute('aria-invalid', 'true');
    at('code').focus();
  }
}
