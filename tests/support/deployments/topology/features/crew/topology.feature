@CREW-PART-01
Feature: Parts of a system are broken by their names

  The crew has an API, two workers in the region "south", a queue that is reached by a proxy, and a ledger.

  Example: A worker says that the queue has died, and works on when it is back
    Given Crew is running
    When the store "queue" has died
    Then the process "worker" has logged "no queue"
    When the store "queue" is back
    Then 2 processes "worker" are ready

  Scenario Outline: What happens to the queue reaches the worker
    Given Crew is running
    When the store "queue" <trouble>
    Then the process "worker" has logged "<words>"

    Examples:
      | trouble               | words                       |
      | is full               | used memory > 'maxmemory'   |
      | is slow               | the queue is slow           |
      | has other credentials | invalid username-password   |
      | refuses connections   | max number of clients       |

  Scenario Outline: A process is broken and brought back
    Given Crew is running
    And the process "worker" <trouble>
    When the process "worker" is back
    Then 2 processes "worker" are ready

    Examples:
      | trouble    |
      | has died   |
      | is frozen  |
      | is stopped |

  Example: The number of workers is raised
    Given Crew is running
    And 3 processes "worker" are running
    When the process "worker" is restarted
    Then 3 processes "worker" are ready
    And the process "worker" has logged "worker-3 works"

  Example: A region dies and comes back
    Given Crew is running
    When the region "south" has died
    And the region "south" is back
    Then 2 processes "worker" are ready

  Example: Whatever has happened before is healed when it is said to be back
    Given Crew is running
    And the store "ledger" has died
    And the store "ledger" is back
    And the process "api" has died
    And the process "api" is back
    And the region "south" is frozen
    And the region "south" is back
    When 1 processes "worker" are running
    Then 1 processes "worker" are ready

  Example: A worker that stays dead is not ready
    Given Crew is running
    When the process "worker" has died
    Then 2 processes "worker" are ready

  Example: A name that nobody declared
    Given Crew is running
    When the process "wroker" has died
    Then 2 processes "worker" are ready

  Example: A disk that nobody declared
    Given Crew is running
    When the store "ledger" is full
    Then 2 processes "worker" are ready
