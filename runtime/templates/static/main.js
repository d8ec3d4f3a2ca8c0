const label = location.hostname.split(".")[0].replace(/-worker$/, "");
const isNamed = location.hostname.includes(".") && !/^[\d.]+$/.test(location.hostname);

if (isNamed && label) {
  document.title = label;
  document.getElementById("name").textContent = label;
}

document.getElementById("opened").textContent = `Opened on ${new Date().toLocaleString()}.`;
