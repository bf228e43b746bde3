@critical @needs.http
Feature: The gateway says truly whether it lives and whether it can serve

  Whoever runs it has it restarted when it is not alive, and sends nobody to it while it is not ready. A gateway that says
  that all is well while no upstream can serve keeps callers away from those that could.

  @GW-HEALTH-01
  Rule: It is alive without a key, and ready only while some upstream can serve

    Example: Alive without a key
      Given the gateway is running
      When somebody without a key asks whether the gateway is alive
      Then the gateway says that it is alive

    @needs.readiness
    Example: Ready while all upstreams are well
      Given the gateway is running
      When somebody without a key asks whether the gateway is ready
      Then the gateway says that it is ready

    @needs.readiness
    Example: Not ready while every upstream is dead
      Given the gateway is running
      When every upstream of the gateway is dead
      Then the gateway says within 10 seconds that it is not ready
      And the gateway says that it is alive

    @needs.readiness
    Example: Ready while one of the upstreams is dead
      Given the gateway is running
      When the first upstream of the guarded model is dead
      Then the gateway goes on saying for 3 seconds that it is ready

    @needs.readiness
    Example: Ready again
      Given the gateway is running
      And every upstream of the gateway is dead
      And the gateway has said within 10 seconds that it is not ready
      When every upstream of the gateway is well again
      Then the gateway says within 10 seconds that it is ready

  @GW-HEALTH-02
  Rule: Upstreams that come late or come back are used

    Example: All upstreams were dead for a while
      Given the gateway is running
      And every upstream of the guarded model is dead
      And a caller has asked for the guarded model 6 times
      When every upstream of the guarded model is well again
      Then the first upstream of the guarded model answers again within 10 seconds

    Example: One upstream was dead for a while
      Given the gateway is running
      And the first upstream of the shared model is dead
      And a caller has asked for the shared model 10 times
      When the first upstream of the shared model is well again
      Then the first upstream of the shared model answers again within 10 seconds

    Example: The gateway was started before its upstreams
      Given every upstream of a gateway of its own is dead when it starts
      When every upstream of the gateway is well again
      Then the first upstream of the plain model answers again within 20 seconds
