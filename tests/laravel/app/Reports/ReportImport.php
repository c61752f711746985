<?php

namespace App\Reports;

use App\Models\ReportSnapshot;
use Illuminate\Http\Exceptions\HttpResponseException;
use Illuminate\Support\Facades\DB;
use Illuminate\Support\Facades\Http;
use RuntimeException;

/**
 * Takes messages of pressrun into the database. A message may come more than once, at the same time
 * even, and an old one after a newer: what is in the database in the end is always the same.
 */
class ReportImport
{
    /** Returns "stored", "duplicate" (seen before) or "conflict" (seen before, with other content). */
    public function import(array $message, string $sha256): string
    {
        $seen = $this->seen($message['id'], $sha256);
        if ($seen) {
            return $seen;
        }
        $data = $message['snapshot'] ?? $this->download($message['artifacts']);

        $first = DB::transaction(function () use ($message, $sha256, $data) {
            // The primary key lets one in. Others wait here for the end of its transaction.
            $first = DB::table('pressrun_messages')->insertOrIgnore([
                'id' => $message['id'],
                'sha256' => $sha256,
                'created_at' => now(),
            ]);
            if ($first) {
                $this->store($message, $data);
            }

            return $first;
        }, 3);

        return $first ? 'stored' : $this->seen($message['id'], $sha256);
    }

    private function seen(string $id, string $sha256): ?string
    {
        $known = DB::table('pressrun_messages')->where('id', $id)->value('sha256');
        if ($known === null) {
            return null;
        }

        return $known === $sha256 ? 'duplicate' : 'conflict';
    }

    private function store(array $message, array $data): void
    {
        $snapshot = ReportSnapshot::lockForUpdate()->firstOrNew([
            'tenant_id' => $message['tenant']['id'],
            'job' => $message['job'],
            'period' => $message['period']['label'],
        ]);
        if ($snapshot->exists && $snapshot->revision > $message['run']['revision']) {
            return; // it was overtaken by a newer one
        }
        $snapshot->fill([
            'title' => $message['title'],
            'revision' => $message['run']['revision'],
            'data' => $data,
        ])->save();
        $snapshot->artifacts()->delete();
        $snapshot->artifacts()->createMany($message['artifacts']);
    }

    /** The snapshot of a message that was too large to bring it along. */
    private function download(array $artifacts): array
    {
        $artifact = collect($artifacts)->where('format', 'json')->firstWhere('media_type', 'application/json');
        if (empty($artifact['link'])) {
            throw new HttpResponseException(
                response('The message has neither a snapshot nor a link to one.', 422)
            );
        }
        $json = Http::timeout(60)->get($artifact['link'])->throw()->body();
        if (hash('sha256', $json) !== $artifact['sha256']) {
            throw new RuntimeException("{$artifact['key']} is not the file that was announced.");
        }

        return json_decode($json, true);
    }
}
