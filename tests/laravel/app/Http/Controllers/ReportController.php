<?php

namespace App\Http\Controllers;

use App\Models\ReportArtifact;
use App\Models\ReportSnapshot;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\File;
use Illuminate\Support\Facades\Http;
use Illuminate\Support\Str;

class ReportController
{
    public function index(Request $request)
    {
        $reports = ReportSnapshot::forTenant($request->user()->tenant_id)
            ->with('artifacts')->orderByDesc('period')->orderBy('job')->get();

        return view('reports', ['reports' => $reports]);
    }

    public function show(Request $request, $id)
    {
        return ReportSnapshot::forTenant($request->user()->tenant_id)->findOrFail($id)->data;
    }

    public function download(Request $request, $id)
    {
        $artifact = ReportArtifact::whereHas('snapshot', function ($snapshots) use ($request) {
            $snapshots->forTenant($request->user()->tenant_id);
        })->whereNotNull('link')->findOrFail($id);

        if ($artifact->expires_at->isPast()) {
            return response('The link to this file has expired. Please ask for the report to be sent again.', 410);
        }
        $path = storage_path('app/'.Str::uuid());
        $response = Http::timeout(300)->withOptions(['sink' => $path])->get($artifact->link);
        if (! $response->successful() || hash_file('sha256', $path) !== $artifact->sha256) {
            File::delete($path);

            return response('The file store did not give us this file. Please try again later.', 502);
        }

        return response()->download($path, $artifact->name, ['Content-Type' => $artifact->media_type])
            ->deleteFileAfterSend();
    }
}
