from __future__ import annotations

from app.domain.changes import LinkState, ServerChanged, ServerState
from app.domain.errors import AppError
from app.ui.controllers.desk import Desk
from app.ui.controllers.network import NetworkController
from app.ui.tasks import TaskOwner
from tests.gallery.demo import SERVER
from tests.ui.rig import Rig


async def test_online_says_how_many_are_reachable(rig: Rig) -> None:
    state = rig.window.sidebar.header.state
    assert state.text() == "Online · 3 peers reachable"
    rig.backend.network.add_link("Priya Raman", LinkState.OFFLINE)
    rig.backend.network.add_link("Jonas Weber", LinkState.OFFLINE)
    await rig.settle()
    assert state.text() == "Online · 1 peer reachable"


async def test_nothing_is_said_in_the_first_seconds(rig: Rig) -> None:
    rig.backend.network.set_server(SERVER, ServerState.OFFLINE, 4.0)
    await rig.settle()
    sidebar = rig.window.sidebar
    assert not sidebar.pill.isVisible()
    assert not sidebar.host.isVisible()
    assert sidebar.header.state.text() == "3 peers reachable"
    rig.session.network.end_grace()
    assert sidebar.pill.isVisible()
    assert sidebar.host.isVisible()


async def test_nobody_and_no_server_is_said_after_a_while(fresh: Rig) -> None:
    await fresh.backend.network.disconnect(SERVER)
    await fresh.settle()
    assert fresh.window.sidebar.header.state.text() == ""
    fresh.session.network.end_grace()
    assert fresh.window.sidebar.header.state.text() == "No server"
    assert not fresh.window.sidebar.pill.isVisible()
    assert fresh.window.sidebar.host.words.text() == "No server on this network"


async def test_the_pill_counts_down(rig: Rig) -> None:
    now = [100.0]
    desk = Desk(rig.window, rig.backend, TaskOwner())
    rig.session.network.stop()
    network = NetworkController(desk, lambda: now[0])
    network.end_grace()
    rig.backend.network.set_server(SERVER, ServerState.OFFLINE, 4.0)
    await rig.settle()  # the session's own controller hears it
    network.apply([ServerChanged(SERVER, ServerState.OFFLINE, None, 4.0)])
    pill = rig.window.sidebar.pill
    assert pill.words.text() == "Reconnecting in 4 s"
    now[0] += 1.2
    network._refresh()
    assert pill.words.text() == "Reconnecting in 3 s"
    now[0] += 9
    network._refresh()
    assert pill.words.text() == "Reconnecting…"
    network.apply([ServerChanged(SERVER, ServerState.CONNECTING)])
    assert pill.words.text() == "Reconnecting…"
    network.stop()


async def test_try_now_tries(rig: Rig) -> None:
    rig.backend.network.set_server(SERVER, ServerState.OFFLINE, 30.0)
    rig.session.network.end_grace()
    await rig.settle()
    await rig.click(rig.window.sidebar.pill.button)
    assert rig.backend.network.tries == 1
    assert rig.window.sidebar.pill.words.text() == "Reconnecting…"
    rig.backend.network.set_server(SERVER, ServerState.ONLINE)
    await rig.settle()
    assert not rig.window.sidebar.pill.isVisible()


async def test_losing_the_server_leaves_the_conversation_alone(rig: Rig) -> None:
    await rig.open("Jonas Weber")
    before = rig.session.view.grab().toImage()
    rig.session.network.end_grace()
    rig.backend.network.set_server(SERVER, ServerState.OFFLINE, 4.0)
    await rig.settle()
    assert rig.session.view.grab().toImage() == before
    room = rig.backend.chats.book[rig.room()]  # type: ignore[index]
    await rig.write("still here", send=True)
    assert room.messages[-1].text == "still here"


async def test_one_click_hosts_and_another_stops(fresh: Rig) -> None:
    network, host = fresh.backend.network, fresh.window.sidebar.host
    await network.disconnect(SERVER)
    fresh.session.network.end_grace()
    await fresh.settle()
    assert host.button.text() == "Host here"
    await fresh.click(host.button)
    assert host.words.text() == "Hosting on this network"
    assert fresh.window.sidebar.header.state.text() == "Online · no peers yet"
    await fresh.click(host.button)
    assert host.button.text() == "Host here"


async def test_hosting_that_fails_says_why(fresh: Rig) -> None:
    await fresh.backend.network.disconnect(SERVER)
    fresh.session.network.end_grace()
    await fresh.settle()
    fresh.backend.network.failing = AppError("unknown-room")
    await fresh.click(fresh.window.sidebar.host.button)
    assert fresh.window.trouble.isVisible()
    assert fresh.window.sidebar.host.button.text() == "Host here"


async def test_an_impatient_second_press_starts_no_second_server(fresh: Rig) -> None:
    await fresh.backend.network.disconnect(SERVER)
    fresh.session.network.end_grace()
    await fresh.settle()
    fresh.window.sidebar.host.pressed.emit()
    assert fresh.window.sidebar.host.words.text() == "Starting a server…"
    fresh.window.sidebar.host.pressed.emit()
    await fresh.settle()
    assert fresh.window.sidebar.host.words.text() == "Hosting on this network"


async def test_without_a_server_people_of_this_network_may_do(fresh: Rig) -> None:
    network, sidebar = fresh.backend.network, fresh.window.sidebar
    network.near = True
    await network.disconnect(SERVER)
    fresh.session.network.end_grace()
    fresh.session.sidebar.look_around()
    await fresh.settle()
    assert sidebar.header.state.text() == "Nearby · no peers yet"
    assert not sidebar.host.isVisible()
    assert "Ana Costa" in fresh.names()
    assert fresh.session.network.visible()
    network.near = False
    fresh.session.network.look_again()
    assert sidebar.header.state.text() == "No server"
    assert sidebar.host.isVisible()
