-- Sends the queries of a file, one percent-encoded to a line, and prints what wrk counted as one line of JSON.
-- Arguments: FILE PATH MEDIA_TYPE SALT; with a salt every request is a text that was never sent before.
local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

function init(arguments)
  lines, headers = {}, { ["Accept"] = arguments[3] }
  for line in io.lines(arguments[1]) do
    lines[#lines + 1] = arguments[2] .. "?query=" .. line
  end
  salt = arguments[4] and "%0A%23" .. arguments[4] .. "-" .. number .. "-"
  sent = 0
end

function request()
  sent = sent + 1
  local path = lines[(sent - 1) % #lines + 1]
  if salt then path = path .. salt .. sent end
  return wrk.format("GET", path, headers)
end

function done(summary, latency)
  local failed = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%.6f,"bytes":%d,"status":%d,"timeout":%d,"broken":%d,"p50_ms":%.3f,"p99_ms":%.3f}\n',
    summary.requests, summary.duration / 1e6, summary.bytes, failed.status, failed.timeout,
    failed.connect + failed.read + failed.write, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
