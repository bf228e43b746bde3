-- Sends one request again and again, each time with another number in it, and prints what came of it as one line of JSON.
-- Arguments: the request as it goes over the wire, with twelve zeros where the number is to stand (a file); the first
-- number; milliseconds to pause before each request.
local before, after, number, pause

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  local request = file:read("*a")
  file:close()
  local at = assert(string.find(request, "000000000000", 1, true), "no number in the request")
  before, after = string.sub(request, 1, at - 1), string.sub(request, at + 12)
  number, pause = tonumber(arguments[2]), tonumber(arguments[3])
  if pause == 0 then
    delay = nil
  end
end

function delay()
  return pause
end

function request()
  number = number + 1
  return before .. string.format("%012d", number) .. after
end

function done(summary, latency, requests)
  local errors = summary.errors
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format(
    '{"answers": %d, "refused": %d, "broken": %d, "seconds": %.6f, "p50": %.3f, "p95": %.3f, "p99": %.3f}\n',
    summary.requests, errors.status, broken, summary.duration / 1e6,
    latency:percentile(50), latency:percentile(95), latency:percentile(99)
  ))
end
