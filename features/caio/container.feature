@blocker @needs.http @needs.containers
Feature: CAIO runs as a container that is safe to operate

  What is released is a container image. An image that builds only on one desk, a container that dies unnoticed, or one
  that may do whatever its host may do, is found out here and not in production.

  @CAIO-DEPLOY-01
  Rule: The container image builds from the repository

    Example: It holds the sources that are to be accepted, in their version
      When the image of CAIO is built from the repository
      Then the image says that it is "CAIO" in the version to be accepted
      And it holds the sources of the repository and no others

    Example: It holds nothing that builds or installs software
      When the image of CAIO is built from the repository
      Then it holds none of the tools "pip, setuptools, gcc, make, git, curl, wget"

  @CAIO-DEPLOY-02
  Rule: A production container with its required settings comes up healthy and stays so

    Example: Its settings come from the environment
      Given CAIO is running in a production container
      When its health is watched for 5 seconds
      Then the engine found it healthy all the time, and never had to start it again

    Example: Its secret key comes from a mounted file
      Given CAIO is running in a production container with its secret key in a mounted file
      When an admin tries to list the services
      Then the answer is "allowed"
      And the secret key is in no setting of the container

    Example: Its secret key is missing
      When CAIO is started in a production container without its secret key
      Then CAIO refuses to start and names "CAIO_AUTH_SECRET_KEY"

  @CAIO-DEPLOY-03
  Rule: The container answers its health check on its published port

    Example: It is asked from outside
      Given CAIO is running in a production container
      When the health of CAIO is asked for
      Then CAIO is healthy
      And every component is healthy

    Example: The engine asks it from inside, and hears when it is not well
      Given CAIO is running in a container
      When its database is locked
      Then the engine finds it unhealthy

    Example: Nothing but its own machine can reach the published port
      Given CAIO is running in a production container
      When the addresses of its published ports are looked up
      Then each is a loopback address, in the container and in its compose file

  @CAIO-DEPLOY-04
  Rule: The container stops when told to, within its grace period, and finishes the requests in flight

    Example: It has nothing to do
      Given CAIO is running in a production container
      When the container is told to stop
      Then it has ended by itself within its grace period

    Example: A user waits for an answer
      Given CAIO is running in a container before real services
        | service    | offers |
        | local-chat | chat   |
      And "local-chat" takes 2 seconds to answer
      When the container is told to stop while a user waits for "chat" to answer "Good morning"
      Then the user gets one answer, from "local-chat"
      And it has ended by itself within its grace period

  @CAIO-DEPLOY-05
  Rule: The container runs as an unprivileged user, on a read-only file system, without any capability

    Example: Every process in it is nobody special
      Given CAIO is running in a production container
      When one looks inside the container
      Then every process runs as an unprivileged user
      And no process has a capability, or can gain one

    Example: It can write its data and nothing else
      Given CAIO is running in a production container
      When one looks inside the container
      Then it can write "/data, /tmp" and none of "/, /etc, /usr, /opt, /opt/caio, /var, /root, /home, /bin"

  @CAIO-DEPLOY-07
  Rule: The container keeps within its limits of memory and processor time

    Example: A process that wants more memory than the container has does not get it, and CAIO goes on
      Given CAIO is running in a production container
      When a process in the container asks for more memory than the limit
      Then that process is ended for lack of memory
      And CAIO is healthy

    Example: Processes that never rest get no more processor time than the container has
      Given CAIO is running in a production container
      When 2 processes in the container never rest for 3 seconds
      Then they got no more processor time than the limit
