@critical @needs.platform
Feature: The API is versioned, and what it promised stays promised

  @SIDE-API-01 @needs.http
  Rule: Every path of the API's document is under its version, and the running service serves that document

    Example: Every path has the version
      Given Async Sidecar is running
      When a developer reads the API's document
      Then every path of the API's document is under the version
      And every path of the frozen API's document is under the version

    Example: The service describes just the operations that are frozen
      Given Async Sidecar is running
      When a developer reads the API's document
      Then the API's document has the operations of the frozen one, and no others

    Example: What is described is there
      Given Async Sidecar is running
      When a caller without a token tries every operation of the API's document
      Then every operation of the API's document is there

    Example: Nothing answers without the version
      Given Async Sidecar is running
      When a caller tries every path of the API's document without the version
      Then none of them is there

  @SIDE-API-02
  Rule: The policy names decision records and the freeze, and a breaking change is noticed against the frozen document

    Example: The policy names what it rests on
      When the change-management policy is read
      Then the change-management policy speaks of decision records, the freeze and the frozen document
      And every decision record that the change-management policy names is there, and none is left out

    @needs.http
    Example: The running service breaks nothing
      Given Async Sidecar is running
      When the guard of the API compares the running service with the frozen document
      Then the guard of the API lets it through

    Scenario Outline: A breaking change is stopped: <change>
      When the guard of the API compares the frozen document with one in which <change>
      Then the guard of the API stops it, and names the place

      Examples:
        | change                                       |
        | a path is taken away                         |
        | a method is taken away                       |
        | a parameter is added that must be given      |
        | a property that could be left out must be given |
        | a property is added that must be given       |
        | a parameter has another type                 |
        | a property has another type                  |
        | a value is no longer accepted                |
        | an answer has another status                 |
        | a property is gone from an answer            |

    Scenario Outline: A change that breaks nobody is let through: <change>
      When the guard of the API compares the frozen document with one in which <change>
      Then the guard of the API lets it through

      Examples:
        | change                                     |
        | a path is added                            |
        | a parameter is added that may be left out  |
        | a property is added that may be left out   |
        | a property is added to an answer           |
        | one more value is accepted                 |
        | an operation is described in other words   |
