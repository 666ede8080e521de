/**
 * The login and register form. It reads its own inputs and calls the token holder; nothing of it
 * crosses the NiceGUI socket.
 */

import { auth } from "auth-client";

/** The address typed so far, kept from login to register and back, but not after signing in. */
let typedEmail = "";

const REASONS = {
  replay: "This session was used from two places, so it was ended. Please sign in again.",
  expired: "You were away for long, so the session ended. Please sign in again.",
  disabled: "This account is disabled.",
};
const UNREACHABLE = "The server cannot be reached. Check the connection and try again.";

export default {
  props: { action: String, fields: Array, submitLabel: String },
  data: () => ({ busy: false, errors: {}, message: "", shown: false }),
  template: `
    <form @submit.prevent="submit" novalidate>
      <p v-if="message" class="message" role="alert">{{ message }}</p>
      <div v-for="field in fields" class="field">
        <label :for="field.name">{{ field.label }}</label>
        <div class="control">
          <input :id="field.name" :name="field.name" :autocomplete="field.autocomplete"
                 :type="field.type === 'password' && shown ? 'text' : field.type"
                 :aria-invalid="field.name in errors" :aria-describedby="field.name + '-note'"
                 required autocapitalize="none" spellcheck="false">
          <button v-if="field.type === 'password'" type="button" class="show" :aria-pressed="shown"
                  @click="shown = !shown">{{ shown ? "Hide" : "Show" }}<span class="for-readers">
                  password</span></button>
        </div>
        <p :id="field.name + '-note'" :class="field.name in errors ? 'error' : 'hint'">
          {{ errors[field.name] ?? field.hint }}</p>
      </div>
      <label class="check"><input type="checkbox" name="stay_signed_in" checked>Stay signed in</label>
      <button type="submit" class="primary" :disabled="busy" :aria-busy="busy">{{ submitLabel }}</button>
    </form>`,
  mounted() {
    this.input("email").value = typedEmail;
    this.message = REASONS[auth.reason] ?? "";
  },
  beforeUnmount() {
    typedEmail = auth.state === "signed-out" ? this.input("email").value : "";
  },
  methods: {
    /** @param {string} name */
    input(name) {
      return this.$el.elements[name];
    },
    async submit() {
      if (this.busy || !this.check()) return;
      this.busy = true;
      this.message = "";
      const values = Object.fromEntries(this.fields.map(({ name }) => [name, this.input(name).value]));
      const form = { ...values, stay_signed_in: this.input("stay_signed_in").checked };
      try {
        await auth[this.action](form);
      } catch (error) {
        this.refuse(error);
      } finally {
        this.busy = false;
      }
    },
    /** Look for what the server would refuse anyway; say whether the form can be sent. */
    check() {
      this.errors = {};
      for (const { name, min_length: least } of this.fields) {
        const { value, validity } = this.input(name);
        if (!value.trim()) this.errors[name] = "Please fill this in.";
        else if (validity.typeMismatch) this.errors[name] = "Enter an e-mail address like name@example.com.";
        else if ([...value].length < least) this.errors[name] = `Use at least ${least} characters.`;
      }
      return !this.focusFirstError();
    },
    /** Put the server's answer where it belongs: next to its field, or above the form. */
    refuse(error) {
      this.errors = error.fields ?? {};
      this.message = error.status ? error.message : UNREACHABLE;
      if (this.focusFirstError()) this.message = "";
      else this.input(error.code === "email_taken" ? "email" : "password").select();
    },
    focusFirstError() {
      const field = this.fields.find(({ name }) => name in this.errors);
      if (field) this.input(field.name).focus();
      return Boolean(field);
    },
  },
};
