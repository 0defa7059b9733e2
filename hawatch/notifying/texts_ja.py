"""The words of the messages in Japanese."""

from __future__ import annotations

from hawatch.model.decision import Refusal, Rule
from hawatch.model.finding import Severity
from hawatch.model.plan import StepResult
from hawatch.notifying.words import Words
from hawatch.recording.message import MessageKind

JAPANESE = Words(
    titles={
        MessageKind.OPENED: "[{node}] {severity}: {what}",
        MessageKind.REMINDER: "[{node}] {severity}（{lasted}継続中）: {what}",
        MessageKind.CLOSED: "[{node}] 解消（{lasted}）: {what}",
        MessageKind.ACTION: "[{node}] 実行済み: {what}",
        MessageKind.TEST: "[{node}] テスト通知",
    },
    severities={
        Severity.INFO: "情報",
        Severity.WARNING: "警告",
        Severity.CRITICAL: "重大",
    },
    results={
        StepResult.REACHED: "完了",
        StepResult.FAILED: "失敗",
        StepResult.UNKNOWN: "結果不明",
        StepResult.REFUSED: "拒否",
    },
    rules={
        Rule.ASKED: "管理者の指示による",
        Rule.MAINTENANCE: "メンテナンス中のため、自動では何もしない",
        Rule.LOOK_AGAIN: "起動または復帰の直後のため、まず再確認する",
        Rule.TWO_PRIMARIES: "両ノードの HAST が primary になっている",
        Rule.SPLIT_BRAIN: "HAST がスプリットブレイン（両方に書き込みあり）",
        Rule.MOUNTED_WITHOUT_PRIMARY: (
            "HAST primary でないのにファイルシステムがマウントされている"
        ),
        Rule.INTERRUPTED_PLAN: "中断された作業を完了するか取り消す",
        Rule.CARP_HELD_BACK: "データの確認が済むまで CARP を止めている",
        Rule.ISOLATED_OWNER: "稼働ノードから相手も witness も見えない",
        Rule.UNHEALTHY_RESTART: "サービスが異常のため、このノードで再起動する",
        Rule.UNHEALTHY_DEMOTE: "サービスが異常のため、相手ノードに引き継ぐ",
        Rule.UNHEALTHY_HOLD: "サービスが異常だが、相手ノードは引き継げない",
        Rule.DIVERGED_HEAL: (
            "両ノードのデータが異なる可能性があるため、HAST に再送させる"
        ),
        Rule.PEER_SERVES: "相手ノードが稼働中",
        Rule.MASTER_NOT_SERVING: "VIP はこのノードにあるが、サービスが動いていない",
        Rule.BACKUP_STILL_SERVING: (
            "VIP は相手ノードにあるが、このノードがストレージを保持している"
        ),
        Rule.LINK_DOWN: "リンク断または CARP 停止のため、ここに VIP を置けない",
        Rule.STALE_INIT: "起動後も HAST の役割が init のまま",
        Rule.RESTORE_SKEW: "正常に戻ったため advskew を元に戻す",
        Rule.NOT_KNOWN: "判断に必要な事実が不明",
        Rule.ALL_WELL: "すべて正常",
    },
    refusals={
        Refusal.PEER_UNKNOWN: (
            "相手ノードの状態が不明",
            "相手ノードと通信経路を確認: hawatch peer test",
        ),
        Refusal.PEER_STALE_REPORT: (
            "相手ノードの報告が古い",
            "相手ノードの cron と通信経路を確認: hawatch peer test",
        ),
        Refusal.PEER_NOT_ELIGIBLE: (
            "相手ノードは引き継げる状態にない",
            "相手ノードで `hawatch status` が示す問題を解消",
        ),
        Refusal.PEER_FAILING: (
            "相手ノードでも降格対象のチェックが失敗している",
            "相手ノードで `hawatch check` を実行",
        ),
        Refusal.PEER_LATCHED: (
            "相手ノードのデータが最新でない可能性がある",
            "同期の完了を待つか、相手ノードで `hawatch latch clear` により判断",
        ),
        Refusal.PEER_HOLDS: (
            "相手ノードがまだサービスを保持している",
            "相手ノードが VIP なしで稼働している理由を確認: hawatch status",
        ),
        Refusal.PEER_SILENT_NO_WITNESS: (
            "相手ノードが応答せず、こちらのネットワークの正常を示す witness もない",
            "相手ノードの停止を確認した上で `hawatch switchover --peer-is-off`",
        ),
        Refusal.PEER_SILENT_TOO_SHORT: (
            "相手ノードは応答しないが、まだ待ち時間の内",
            "待つ。設定は witness.promote_after",
        ),
        Refusal.PEER_MAINTENANCE: (
            "相手ノードはメンテナンス中",
            "相手ノードで `hawatch maintenance off` を実行",
        ),
        Refusal.CONFIGURATION_DIFFERS: (
            "相手ノードの設定にこのサービスがない",
            "hawatch.toml を相手ノードにコピー",
        ),
        Refusal.COPY_NOT_IN_SYNC: (
            "データが最新である証拠がない",
            "HAST が complete かつ dirty 0 になるまで待つか、手動で判断",
        ),
        Refusal.OWN_COPY_LATCHED: (
            "このノードのデータは使用が禁止されている（ラッチ）",
            "同期の完了を待つか、`hawatch latch clear` により判断",
        ),
        Refusal.GENERATIONS_FORBID: (
            "両ノードの世代カウンタから見て許可できない",
            "両ノードの `hastctl dump` を比較。`hawatch resync` を参照",
        ),
        Refusal.SECONDARY_STILL_CONNECTED: (
            "この secondary に primary が接続中のため、相手ノードは生きている",
            "相手ノードを確認: CARP では見えないが primary である",
        ),
        Refusal.COOLDOWN: (
            "前回の自動切替から間がない",
            "`hawatch switchover` で手動切替するか待つ。設定は limits.cooldown",
        ),
        Refusal.MOVE_LIMIT: (
            "自動切替の回数が上限に達した",
            "原因を調べてから `hawatch switchover`。設定は limits.moves",
        ),
        Refusal.NO_LEVER: (
            "VIP を確実に移す手段がない",
            "両ノードの advskew、advbase、preempt を比較",
        ),
        Refusal.FACT_UNKNOWN: (
            "必要な事実が不明",
            "このノードで `hawatch check` を実行し、確認できない点を解消",
        ),
        Refusal.NOT_MOUNTED: (
            "ファイルシステムがマウントされている証拠がない",
            "`mount` の出力とセンチネルファイルを確認",
        ),
        Refusal.RESTARTS_USED_UP: (
            "ローカル再起動の回数を使い切った",
            "サービス自身のログを確認",
        ),
        Refusal.WORKER_DIED: (
            "hastd の再起動なしに役割が init になった（worker が死んだ）",
            "ローカルディスクと /var/log/messages を確認してから、役割を手動で設定",
        ),
        Refusal.NOT_RECORDED: (
            "hawatch の記録が壊れているか書き込めない",
            "状態ディレクトリとそのディスクを確認",
        ),
        Refusal.POLICY: (
            "設定により許可されていない",
            "詳細にある設定項目を参照",
        ),
    },
    record_lost="記録を書き込めない",
    blind="状態を確認できないチェックがある",
    what="内容: {text}",
    why="理由: {rule}: {because}",
    since="発生: {opened}",
    lasted="{opened} から {at} まで: {lasted}",
    done="実行したこと:",
    step="- {goal}: {result}、{seconds:.1f} 秒。{text}",
    refused="実行しなかったこと:",
    refusal="- {sentence}（{detail}）。対処: {remedy}",
    next="次の手順: {commands}",
    test="これはテストです。{node} からの通知はこの宛先に届きます。",
    digest_title="[{node}] {severity}: 通知 {count} 件のまとめ",
    digest_lead="{first} から {last} までの通知 {count} 件が送信待ちでした。",
    digest_open="継続中:",
    digest_over="解消:",
    digest_actions="実行したこと:",
    digest_more="……ほか {count} 件: hawatch history",
    times="{count} 回",
    given_up="古い通知 {count} 件はこの宛先に届いていません: hawatch history",
    days="{} 日",
    hours="{} 時間",
    minutes="{} 分",
    seconds="{} 秒",
)
