-- Sends the bodies of a file, one a line, in turn; with "cold" each gets a comment of its own.
local bodies, turn, cold = {}, 0, false

function init(args)
  for line in io.lines(args[1]) do bodies[#bodies + 1] = line end
  cold = args[2] == "cold"
  math.randomseed(os.time())
  turn = math.random(#bodies)
end

function request()
  turn = turn + 1
  local body = bodies[turn % #bodies + 1]
  if cold then body = body .. "%0A%23" .. turn .. "." .. math.random(1000000000) end
  return wrk.format("POST", nil, nil, body)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration,
    errors.status + errors.timeout + errors.read + errors.connect,
    latency:percentile(50), latency:percentile(99)))
end
