Feature: Every scenario that was written is run, and every result is shown

  What Gherkin does not know for a heading it takes for description, without a word, and what has the same name as
  another is taken for the same. Neither may hide that a promise was seen broken.

  Rule: A run in which a scenario would be lost is refused, with file and line

    Scenario Outline: The heading of a scenario is written "<heading>"
      Given a feature with a scenario that is met
      And a scenario that is not met, under the heading "<heading>"
      When the feature is accepted, run with behave, and checked by lint
      Then each refuses it, naming the file and the line of that heading

      Examples:
        | heading        |
        | Scenario Lost  |
        | SCENARIO: Lost |
        | Senario: Lost  |
        | Lost           |

    Example: The file is in another language
      Given a feature in German with a scenario that is not met, under the heading "Szenario Verloren"
      When the feature is accepted, run with behave, and checked by lint
      Then each refuses it, naming the file and the line of that heading

    Scenario Outline: The file is <what>
      Given a feature with a scenario that is met
      And a file in a folder below it that is <what>
      When the feature is accepted, run with behave, and checked by lint
      Then each refuses it, naming that file

      Examples:
        | what                        |
        | empty                       |
        | of comments only            |
        | in Latin-1                  |
        | in UTF-16                   |
        | in UTF-8 with an order mark |

    Example: Rules are described in prose that begins as steps and headings do
      Given a feature with a scenario that is met
      And rules of it that are described so:
        | The operator looks at it every morning. |
        | They agree on who leads.                |
        | An operator looks at it.                |
        | And then there are the nights.          |
        | Given the size of the fleet, wait.      |
        | Scenarios below come from operators.    |
      When the feature is accepted
      Then the verdict is "accepted"

  Rule: Two scenarios of one name are two in every report

    Example: The first of two is not met
      Given a feature with two scenarios of one name, of which the first is not met
      When the feature is accepted
      Then the verdict is "rejected"
      And the Allure report shows two tests, one of which failed

    Example: The report takes one result for another try of the other
      Given a feature with a scenario that is met
      When the feature is accepted, and a result is recorded of another scenario by the same name in the report
      Then the verdict is "undecided"
      And the acceptance page says that the Allure report shows a scenario not at all
