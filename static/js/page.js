// What every page has: text size, print button, "/" to the search box, a word when a request fails. All of it is optional.

const root = document.documentElement;

for (const form of document.querySelectorAll("[data-portal-text-size]")) {
  form.addEventListener("submit", (event) => {
    const chosen = event.submitter;
    if (!chosen) return;
    // Changed on the spot, so that a half-filled form is not lost by loading the page again.
    event.preventDefault();
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `text_size=${chosen.value}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
    root.className = root.className.replace(/\btext-\w+/, `text-${chosen.value}`);
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button === chosen));
  });
}

for (const button of document.querySelectorAll("[data-portal-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// Paper cannot be opened: the tables of numbers below charts are printed with them.
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("[data-portal-opens-for-print]")) part.open = true;
});

for (const button of document.querySelectorAll("[data-portal-back]")) {
  button.hidden = history.length < 2;
  button.addEventListener("click", () => history.back());
}

const search = document.querySelector("[data-portal-shortcut='/']");
document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.isContentEditable;
  if (event.key === "/" && search && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    search.focus();
  }
  if (event.key === "Escape" && location.hash === "#menu") location.hash = "#top";
});

const WORDS = {
  0: "网络不通，刚才的操作没有送到。请检查网络后再试。",
  403: "您没有这项权限，或页面放得太久。请刷新页面后再试。",
  404: "这条记录已经不在了，请刷新页面。",
  409: "别人刚改过这条记录，请刷新页面核对。",
  413: "文件太大，没有收下。",
  429: "操作太快了，请稍等一分钟再试。",
};
const toast = document.querySelector("[data-portal-toast]");
function fail(status) {
  if (!toast) return;
  toast.textContent = WORDS[status] || `没有办成（${status}）。请刷新页面再试；还不行请联系管理员。`;
  toast.hidden = false;
  setTimeout(() => { toast.hidden = true; }, 8000);
}
document.addEventListener("htmx:responseError", (event) => fail(event.detail.xhr.status));
document.addEventListener("htmx:sendError", () => fail(0));

const summary = document.querySelector("[data-portal-focus]");
if (summary) summary.focus();
