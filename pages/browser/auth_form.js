/** The forms with a password in them. They call the token holder; nothing crosses NiceGUI's socket. */

import { auth } from "auth-client";
import { errorsBefore, sentenceFor } from "./page_sentences.js";

/** The address typed so far, kept from login to register and back, but not after signing in. */
let typedEmail = "";

const ACTIONS = {
  login: (form) => auth.login(form),
  register: (form) => auth.register(form),
  change_password: (form) => auth.account.changePassword(form),
  delete_account: (form) => auth.account.delete(form),
};

export const AuthForm = {
  props: { action: String, signIn: Boolean, fields: Array, submitLabel: String, account: String, done: String },
  data: () => ({ busy: false, errors: {}, message: "", shown: {}, isDone: false }),
  template: `
    <form @submit.prevent="submit" novalidate>
      <p v-if="message" class="message" role="alert">{{ message }}</p>
      <input v-if="account" type="text" name="username" autocomplete="username" :value="account" hidden>
      <div v-for="field in fields" class="field">
        <label :for="field.name">{{ field.label }}</label>
        <div class="control">
          <input :id="field.name" :name="field.name" :autocomplete="field.autocomplete"
                 :type="shown[field.name] ? 'text' : field.type"
                 :aria-invalid="field.name in errors" :aria-describedby="field.name + '-note'"
                 required spellcheck="false" :autocapitalize="field.autocomplete === 'name' ? 'words' : 'none'">
          <button v-if="field.type === 'password'" type="button" class="show"
                  @click="shown[field.name] = !shown[field.name]">{{ shown[field.name] ? "Hide" : "Show" }}
                  <span class="for-readers">{{ field.label.toLowerCase() }}</span></button>
        </div>
        <p :id="field.name + '-note'" :class="field.name in errors ? 'error' : 'hint'">
          {{ errors[field.name] ?? field.hint }}</p>
      </div>
      <label v-if="signIn" class="check"><input type="checkbox" name="stay_signed_in" checked>Stay signed in</label>
      <button type="submit" class="primary" :aria-disabled="busy" :aria-busy="busy">{{ submitLabel }}</button>
      <p role="status" class="done">{{ isDone ? done : "" }}</p>
    </form>`,
  mounted() {
    if (this.signIn) this.input("email").value = typedEmail;
  },
  beforeUnmount() {
    if (this.signIn) typedEmail = auth.user ? "" : this.input("email").value;
  },
  methods: {
    input(name) {
      return this.$el.elements[name];
    },
    async submit() {
      if (this.busy) return;
      Object.assign(this, { message: "", isDone: false }); // that was about the last try
      if (this.show(errorsBefore(this.fields, this.$el.elements))) return;
      this.busy = true;
      const form = Object.fromEntries(this.fields.map(({ name }) => [name, this.input(name).value]));
      if (this.signIn) form.stay_signed_in = this.input("stay_signed_in").checked;
      try {
        await ACTIONS[this.action](form);
        if (this.done) this.$el.reset();
        this.isDone = true;
      } catch (error) {
        this.refuse(error);
      } finally {
        this.busy = false;
      }
    },
    /** Put the server's answer where it belongs: next to its field, or above the form. */
    refuse(error) {
      if (this.show(error.fields)) return;
      this.message = sentenceFor(error, this.action !== "login");
      this.input(error.code === "email_taken" ? "email" : this.fields.at(-1).name).select();
    },
    /** Show errors by field, the first of them focused; say whether there are any. */
    show(errors = {}) {
      this.errors = errors;
      const first = this.fields.find(({ name }) => name in errors);
      if (first) this.input(first.name).focus();
      return Boolean(first);
    },
  },
};
