// Runs before any script of the page. Keeps in closures what passed by: tokens received, messages to
// other tabs, the addresses of sockets, their frames in both directions. Works in every browser, unlike
// a debugger protocol.
(() => {
  const tokens = [];
  const messages = [];
  const sockets = [];
  const frames = [];

  const json = Response.prototype.json;
  Response.prototype.json = async function () {
    const content = await json.call(this);
    if (content?.access_token) tokens.push(content.access_token);
    return content;
  };

  if (globalThis.BroadcastChannel) {
    const post = BroadcastChannel.prototype.postMessage;
    BroadcastChannel.prototype.postMessage = function (message) {
      messages.push(JSON.stringify(message));
      return post.call(this, message);
    };
  }

  const text = (data) => (typeof data === "string" ? data : new TextDecoder().decode(data));
  const Socket = WebSocket;
  globalThis.WebSocket = class extends Socket {
    constructor(...args) {
      super(...args);
      sockets.push(this.url);
      this.addEventListener("message", (event) => {
        if (event.data instanceof Blob) event.data.text().then((part) => frames.push(part));
        else frames.push(text(event.data));
      });
    }
    send(data) {
      frames.push(text(data));
      return super.send(data);
    }
  };

  Object.defineProperty(globalThis, "spy", {
    enumerable: false,
    value: {
      tokens: () => tokens,
      messages: () => messages.join("\n"),
      sockets: () => sockets,
      frames: () => frames.join("\n"),
    },
  });
})();
