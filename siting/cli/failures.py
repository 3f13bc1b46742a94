"""Every failure of a command becomes one clear message and an exit code, never a traceback."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

import siting
from siting.cli import terminal
from siting.errors import Fault, InputError, InternalError, SitingError
from siting.screen import say, visible

LOG = "siting-error.log"
INTERRUPTED = 130
LONGEST_SHOWN = 80  # characters of a name that is too long


def _keep(text: str) -> Path:
    """Write an error's details here, or among the temporary files where this folder cannot be written."""
    try:
        path = Path(LOG).resolve()
        path.write_text(text, encoding="utf-8")
    except OSError:
        path = Path(tempfile.gettempdir()) / LOG
        path.write_text(text, encoding="utf-8")
    return path


def _usage_fault(error: Exception) -> Fault:
    """A word on the command line that makes no sense, as a fault."""
    tell = getattr(error, "format_message", None)
    message = str(error) if tell is None else str(tell())
    return Fault(
        f"命令行写法有误（{message}）",
        f"something is wrong with the command line: {message}",
        "可用 --help 查看用法",
        "--help tells the usage",
    )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _internal(error: Exception, *, as_json: bool) -> int:
    log = _keep(f"siting {siting.__version__}\n{traceback.format_exc()}")
    if as_json:
        fault = Fault(f"程序内部错误：{error}", f"internal error: {error}", f"请提交 {log}", f"please send {log}")
        terminal.print_error(InternalError(fault), as_json=True)
    say(
        f"程序内部错误：{error}\n详情已写入 {log}，请随问题一并提交。\n"
        f"Internal error: {error}. Details are in {log}; please send them with your report.",
        error=True,
    )
    return 1


def guarded(action: Callable[[], object], *, as_json: bool) -> int:
    """Run `action`; every failure becomes one clear message and an exit code, never a traceback."""
    try:
        action()
    except SitingError as error:
        terminal.print_error(error, as_json=as_json)
        return error.exit_code
    except BrokenPipeError:  # the reader of a pipe has seen enough
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - for the interpreter's last flush
        return 0
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            return _internal(error, as_json=as_json)
        fault = Fault(
            "路径或名称太长", "the path or the name is too long", "请改用较短的名称", "use a shorter one",
            value=_short(str(error.filename)),
        )  # fmt: skip
        terminal.print_error(InputError(fault), as_json=as_json)
        return InputError.exit_code
    except KeyboardInterrupt:
        say("已中断，未写入任何结果。Interrupted; nothing was written.", error=True)
        return INTERRUPTED
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] == siting.__name__:
            return _internal(error, as_json=as_json)
        fault = Fault(
            f"缺少程序库 {error.name}",
            f"the library {error.name} is not installed",
            "请重新安装（README.zh.md“两条命令”），再用 .venv 里的 python 运行",
            "install again (README.md, 'Two commands'), then run with the python of .venv",
        )
        terminal.print_error(InputError(fault), as_json=as_json)
        return InputError.exit_code
    except Exception as error:
        show = getattr(error, "show", None)  # a word on the command line that makes no sense
        if show is not None and hasattr(error, "exit_code"):
            if as_json:
                terminal.print_error(InputError(_usage_fault(error)), as_json=True)
            say("命令行写法有误，可用 --help 查看用法。Something is wrong with the command line:", error=True)
            message = getattr(error, "message", None)
            if isinstance(message, str):
                vars(error)["message"] = visible(message)
            show()
            return int(error.exit_code)
        return _internal(error, as_json=as_json)
    return 0
