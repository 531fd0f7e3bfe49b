// The end of a data channel in a page; the requests are those of channel_peer.py.
globalThis.peer = (() => {
  const highWater = 1 << 20;
  const connection = new RTCPeerConnection();
  let channel = null;
  let echoing = false;
  let count = 0, bytes = 0, first = 0, last = 0;
  let changed = () => {};
  let closed;
  const opened = new Promise((resolve) => { connection.opened = resolve; });

  function adopt(made) {
    channel = made;
    channel.binaryType = "arraybuffer";
    channel.bufferedAmountLowThreshold = highWater / 2;
    channel.onmessage = ({ data }) => {
      last = performance.now();
      if (!count) first = last;
      count += 1;
      bytes += data.byteLength ?? data.length;
      if (echoing) channel.send(data);
      changed();
    };
    closed = new Promise((resolve) => { channel.onclose = resolve; });
    if (channel.readyState === "open") connection.opened();
    else channel.onopen = () => connection.opened();
  }
  connection.ondatachannel = (event) => adopt(event.channel);

  async function described() {
    if (connection.iceGatheringState !== "complete") {
      await new Promise((resolve) => {
        connection.onicegatheringstatechange = () => {
          if (connection.iceGatheringState === "complete") resolve();
        };
      });
    }
    const { type, sdp } = connection.localDescription;
    return { type, sdp };
  }

  return {
    async offer() {
      adopt(connection.createDataChannel("bulk"));
      await connection.setLocalDescription();
      return described();
    },
    async answer({ description }) {
      await connection.setRemoteDescription(description);
      await connection.setLocalDescription();
      return described();
    },
    async accept({ description }) {
      await connection.setRemoteDescription(description);
      return {};
    },
    async echo() {
      echoing = true;
      return {};
    },
    async close() {
      channel.close();
      return {};
    },
    async closed() {
      await closed;
      return {};
    },
    async send({ count: wanted, size }) {
      await opened;
      const message = new Uint8Array(size);
      for (let sent = 0; sent < wanted; sent += 1) {
        if (channel.bufferedAmount > highWater) {
          await new Promise((resolve) => { channel.onbufferedamountlow = resolve; });
        }
        channel.send(message);
      }
      return {};
    },
    async received({ count: wanted }) {
      while (count < wanted) await new Promise((resolve) => { changed = resolve; });
      const told = { bytes, seconds: (last - first) / 1000 };
      count = bytes = 0;
      return told;
    },
  };
})();
"loaded";
